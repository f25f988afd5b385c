"""Strings to vectors, and vectors and words to the nearest ids.  Knows nothing of transcripts.

encoder    text to vectors: a LangChain `Embeddings` over sentence-transformers
vectors    vectors to nearest ids: Chroma, through langchain-chroma
lexical    words to nearest ids: BM25, on tantivy
"""
