"""A library on disk.

    my-library/
      library.json            the manifest: what is in the library, what its speakers are called, which index serves it
      transcripts/ID@HASH/    source (the original bytes) and transcript.json (as read)
      index-1/                vectors/ (Chroma), words/ (BM25) and chunks/ (where each transcript was cut); can be
                              deleted and rebuilt
      page-secret             seals the conversations that the page keeps in browsers; only its owner may read it
      pending.json            only while something is being written: what a killed writer may have left
      lock                    held by the one process that writes

In: files that were read, and what a person says of them.  Out: transcripts by name and indexes to search.
Reading order: disk, manifest, revisions, encoders, chunking, indexes, commits, reports, adding, store.
Imports speakers, transcripts and what stands before them.
"""
