import type { RegistryAdapter } from "../core/adapter.ts";
import { ghcrApi } from "./ghcr_api.ts";

/** https://ghcr.io */
export const ghcr: RegistryAdapter = {
  id: "ghcr",
  title: "GitHub Container Registry",
  hosts: ["ghcr.io"],
  // 401 without a token, and anyone is given one for a public repository: skopeo's log in "Listing tags
  // of various registries", 2023-03.
  anonymous: "token",
  // `www-authenticate` of /v2/: same article. Its scope, "repository:user/image:pull", is a placeholder; a
  // token request that repeats it is refused (oras-project/oras #1128, 2023-09), so the realm is enough.
  token: { realm: "https://ghcr.io/token", service: "ghcr.io" },
  pages: {
    // 100 without `n` (same article; argocd-image-updater #1660, 2026-05); n=10000 gave 169 of 169 tags
    // (smg-project/smg #2348, 2026-08). 1000 is what old threads call the cap; the true one is not known.
    ask: 1000,
    // Cursors amd64-version-1.8.1, arm32v7-1.9.1, 1.9.3-ls56: same article; renovate #36103, 2025-05.
    order: "oldest-first",
  },
  // More in one PATCH with a Content-Range is answered with 416: oras rust-oci-client #35, 2022-05; ocx-sh/ocx
  // #237, 2026-07.
  uploads: { chunkMax: 4 * 1024 * 1024 },
  credentials: { env: ["GHCR_USERNAME", "GHCR_PASSWORD"] },
  api: ghcrApi,
  hints: {
    // docs.github.com, "Working with the Container registry", 2026.
    unauthorized: "GHCR takes a classic personal access token with read:packages as password; " +
      "fine-grained ones do not work",
  },
};
