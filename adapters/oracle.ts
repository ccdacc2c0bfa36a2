import type { RegistryAdapter } from "../core/adapter.ts";

/** https://container-registry.oracle.com; not the registries of Oracle Cloud, `<region>.ocir.io`. */
export const oracle: RegistryAdapter = {
  id: "ocr",
  title: "Oracle Container Registry",
  hosts: ["container-registry.oracle.com"],
  // Most repositories want a login (curl in "Tags of the Oracle Container Registry", 2025-05); open ones
  // such as os/oraclelinux do not (containers/shortnames #25, 2022-04).
  anonymous: "account",
  // `www-authenticate`, with a space in the service's name: same article. A token asked for without a scope
  // is refused later, so there is always one.
  token: {
    realm: "https://container-registry.oracle.com/auth",
    service: "Oracle Registry",
  },
  pages: {
    // All in one answer, nearly by name, but 1.8.0_371-oraclelinux7 before 1.8.0_371: same article.
    order: "none",
  },
  credentials: { env: ["OCR_USERNAME", "OCR_PASSWORD"] },
  // Neither that article nor any of the clients that were read for this tells of one, 2026-08.
  noApi: "It has no API of its own that is known; nothing tells dates or what a namespace holds",
  hints: {
    // Same article: the notice on the registry's front page. The licences: oracle/docker-images #1497, 2020.
    unauthorized:
      "Oracle wants a login (--username, --password-stdin). Since 2025-06-30 the password " +
      'is an Auth Token: profile menu, "Auth Token", "Generate Secret Key". Some repositories also ' +
      "want their licence accepted on the web site first",
    // oracle/docker-images #1497, 2020: without acceptance the answer is the same as for a missing one.
    denied:
      "Some repositories want their licence accepted on https://container-registry.oracle.com first",
  },
};
