import type { RegistryAdapter } from "../core/adapter.ts";
import { dockerHubApi } from "./docker_hub_api.ts";

/** https://hub.docker.com */
export const dockerHub: RegistryAdapter = {
  id: "docker-hub",
  title: "Docker Hub",
  hosts: [
    "docker.io",
    // The name of old references and login files; folded by distribution/reference `normalize.go`, 2026-08.
    "index.docker.io",
    // Its own API host, written out: renovate `docker/common.ts` treats every *.docker.io alike, 2026-08.
    "registry-1.docker.io",
    // Answers the same API: transcript in fluxcd/flux #3492, 2021.
    "registry.hub.docker.com",
  ],
  // skopeo's log in "Listing tags of various registries", 2023-03.
  origin: "https://registry-1.docker.io",
  // `ubuntu` is `library/ubuntu`: same log; distribution/reference `normalize.go`, 2026-08.
  namespace: "library",
  // A public repository answers 401 without a token, and anyone is given one: same log.
  anonymous: "token",
  // `www-authenticate` of /v2/: same log.
  token: { realm: "https://auth.docker.io/token", service: "registry.docker.io" },
  pages: {
    // All tags in one answer without `n`, pages with it (2023-03; dependabot `update_checker.rb`, 2026-08).
    // About a million tags end in 504 that way: joryirving/home-ops #9163, dependabot, 2026-08.
    fallback: 1000,
    // 10.04, 12.04, 12.04.5, 12.10: same log.
    order: "name",
  },
  // A manifest's GET counts, HEAD does not; `ratelimit-remaining` tells: docker/docs `usage/pulls.md`, 2026.
  pulls: "counted",
  // The names that the third seed's commands use: "Docker Registry API v2", 2019-06.
  credentials: {
    env: ["DOCKER_USERNAME", "DOCKER_PASSWORD"],
    // The key under which `docker login` keeps it: docker/cli `cli/command/registry/login.go`, 2026.
    configKeys: ["https://index.docker.io/v1/"],
  },
  api: dockerHubApi,
  hints: {
    // docker/docs `usage/pulls.md` and `usage/_index.md`, 2026.
    rate_limited: "Docker Hub limits anonymous readers by address; a login has a limit of its own",
    // docker/docs `reference/api/hub/latest.yaml`: an access token is needed where an organisation enforces SSO, 2024-09.
    unauthorized: "Docker Hub takes a personal access token where it takes a password",
  },
};
