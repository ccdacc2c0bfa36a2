import type { RegistryAdapter } from "../core/adapter.ts";
import { quayApi } from "./quay_api.ts";

/** https://quay.io */
export const quay: RegistryAdapter = {
  id: "quay",
  title: "Quay.io",
  hosts: ["quay.io"],
  // Public repositories answer without any token: curl in "Listing tags of various registries", 2023-03;
  // `allow_public` in quay `endpoints/v2`, 2026-08.
  anonymous: "open",
  // `www-authenticate` of /v2/: same article.
  token: { realm: "https://quay.io/v2/auth", service: "quay.io" },
  pages: {
    // A larger `n` is lowered to 100 without a word: quay `endpoints/v2/__init__.py`, since 2024-06.
    // Before that it was 50 (same article); a self-hosted Quay may still be so, and is followed by its Link.
    ask: 100,
    max: 100,
    // quay `data/model/oci/tag.py`, since 2024-06; before that in the order of insertion.
    order: "name",
  },
  credentials: { env: ["QUAY_USERNAME", "QUAY_PASSWORD"] },
  api: quayApi,
  hints: {
    // wud `Quay.ts`, 2026-07.
    unauthorized: "Quay.io takes a robot account: user name NAMESPACE+ROBOT and its token",
  },
};
