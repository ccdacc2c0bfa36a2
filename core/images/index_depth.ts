/** Indexes within indexes: so deep they are gone into. */
export const INDEX_DEPTH = 4;
