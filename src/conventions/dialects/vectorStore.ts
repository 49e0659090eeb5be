import type { Dialect } from '../dialect.ts';

/** Queries of vector databases, by any instrumentation. */
export const vectorStore: Dialect = {
  id: 'vectorStore',
  title: 'Vector databases (`db.*`)',
  signs: { keys: ['db.vector.query.top_k', 'db.vector.query.content', 'db.system', 'db.system.name'] },
  kindFrom: '`db.vector.*`, `db.system` in a list of vector stores',
  kind(view) {
    if (view.has('db.vector.query.top_k') || view.has('db.vector.query.content')) return 'retrieval';
    const system = view.word('db.system') ?? view.word('db.system.name') ?? '';
    return stores.has(system) ? 'retrieval' : undefined;
  },
};

const stores = new Set(
  `pinecone chroma chromadb qdrant weaviate milvus pgvector pg_vector faiss lancedb marqo vespa astra astradb
  turbopuffer vectara`.split(/\s+/),
);
