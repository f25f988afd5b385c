"""Vectors to nearest ids: Chroma, through langchain-chroma."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

_ADD_AT_ONCE = 256  # texts encoded and stored in one go; well under Chroma's own limit of 5,461 rows


class VectorIndex:
    """Named collections of texts in one Chroma database on disk; similarity is the cosine.

    Rows carry `fields` (strings) by which they can be filtered and deleted.  An open embedded Chroma does not see what
    another process adds, so a reader opens a new VectorIndex after every change of the library.  The encoder is needed
    for adding only.
    """

    def __init__(self, folder: Path, encoder: Embeddings | None) -> None:
        import chromadb
        from chromadb.config import Settings

        folder.mkdir(parents=True, exist_ok=True)
        self._client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        self._encoder = encoder
        self._stores: dict[str, Any] = {}

    def close(self) -> None:
        """Let go of the files.  Chroma shares one system per path within a process; it ends with its last user."""
        self._stores.clear()
        self._client.close()  # type: ignore[attr-defined]  # in Client, not in its interface

    def _store(self, collection: str) -> Any:
        from langchain_chroma import Chroma

        if collection not in self._stores:
            self._stores[collection] = Chroma(
                collection_name=collection,
                embedding_function=self._encoder,
                client=self._client,
                collection_configuration={"hnsw": {"space": "cosine"}},  # Chroma's default is L2
            )
        return self._stores[collection]

    def add(
        self,
        collection: str,
        ids: Sequence[str],
        texts: Sequence[str],
        fields: Sequence[Mapping[str, str]],
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Encode and store texts; an id that is there already is replaced.  `progress` is told how many were done."""
        store = self._store(collection)
        for at in range(0, len(ids), _ADD_AT_ONCE):
            batch = slice(at, at + _ADD_AT_ONCE)
            store.add_texts(
                list(texts[batch]), metadatas=[dict(field) for field in fields[batch]], ids=list(ids[batch])
            )
            if progress:
                progress(len(ids[batch]))

    def delete(self, collection: str, field: str, value: str) -> None:
        """Delete the rows whose field has this value."""
        self._store(collection).delete(where={field: value})

    def nearest(
        self,
        collection: str,
        vector: Sequence[float],
        count: int,
        where: Mapping[str, Sequence[str]] | None = None,
    ) -> list[tuple[str, float]]:
        """(id, cosine) of the nearest rows, best first.  `where` keeps rows whose fields have one of the values."""
        clauses: list[dict[str, Any]] = [{field: {"$in": list(values)}} for field, values in (where or {}).items()]
        condition = clauses[0] if len(clauses) == 1 else {"$and": clauses} if clauses else None
        found = self._store(collection).similarity_search_by_vector_with_relevance_scores(
            list(vector), k=count, filter=condition
        )
        # What langchain-chroma calls a relevance score here is Chroma's distance: 1 - cosine.
        ranked = [(str(document.id), 1.0 - float(distance)) for document, distance in found]
        return sorted(ranked, key=lambda item: (-item[1], item[0]))

    def count(self, collection: str) -> int:
        """Rows in a collection."""
        from chromadb.errors import NotFoundError

        try:
            return int(self._client.get_collection(collection, embedding_function=None).count())
        except NotFoundError:
            return 0
