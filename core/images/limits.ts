/** Indexes within indexes: so deep they are gone into. */
export const INDEX_DEPTH = 4;
/** Bytes of a manifest: what every registry must take. Source: OCI distribution specification 1.1 */
export const MANIFEST_LIMIT: number = 4 * 1024 * 1024;
/** Bytes of an image's config. */
export const CONFIG_LIMIT: number = 8 * 1024 * 1024;
