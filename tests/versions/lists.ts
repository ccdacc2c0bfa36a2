/** Tags of one repository as its registry has them, newest first: the order that a person would want. */
export interface OrderedList {
  readonly name: string;
  readonly tags: readonly string[];
}

/** Splits a text with one or more tags a line. */
function list(name: string, text: string): OrderedList {
  return { name, tags: text.trim().split(/\s+/) };
}

const COMMIT = "8f2ef3e55d91258eca4eaef9222505bd401ff86d";
const DIGEST = `sha256-${"0123456789abcdef".repeat(4)}`;

/** Oracle's java/jdk of the seeds, whose list ends in "...", continued with lines 1.8.0, 11, 17, 21 and 24. */
export const JDK: OrderedList = list(
  "java/jdk",
  `24.0.1 24.0.1-oraclelinux9 24.0.1-oraclelinux8 24
   21.0.7 21.0.7-oraclelinux8 21.0.6 21.0.6-oraclelinux8 21.0.5 21.0.4 21.0.3 21.0.2 21.0.1
   21 21-oraclelinux8
   17.0.15 17.0.15-oraclelinux8 17.0.14 17.0.13 17.0.9 17
   11.0.27 11.0.27-oraclelinux8 11.0.26 11.0.9 11
   1.8.0_441 1.8.0_441-oraclelinux8
   1.8.0_431 1.8.0_431-oraclelinux8 1.8.0_431-oraclelinux7
   1.8.0_421 1.8.0_421-oraclelinux8 1.8.0_421-oraclelinux7
   1.8.0_411 1.8.0_411-oraclelinux8 1.8.0_411-oraclelinux7
   1.8.0_401 1.8.0_401-oraclelinux8 1.8.0_401-oraclelinux7
   1.8.0_391 1.8.0_391-oraclelinux7
   1.8.0_381 1.8.0_381-oraclelinux8 1.8.0_381-oraclelinux7
   1.8.0_371 1.8.0_371-oraclelinux8 1.8.0_371-oraclelinux7
   latest`,
);

export const UBUNTU: OrderedList = list(
  "ubuntu",
  `26.10 26.04 24.04 23.04 22.10 22.04 20.04 18.04 16.04
   14.04.5 14.04.4 14.04.1 14.04 13.10 13.04 12.10 12.04.5 12.04 10.04
   stonking-20260913.1 stonking-20260901.1 stonking-20260705 stonking-20260622
   resolute-20260912 resolute-20260811.1 resolute-20260724.1 resolute-20260627
   noble-20260911 noble-20260905 noble-20260810 noble-20260730.1
   jammy-20260901.2 jammy-20260810 jammy-20260731.1 jammy-20221130 jammy-20220101
   focal-20221130 bionic-20221215
   stonking rolling resolute noble latest jammy focal devel bionic`,
);

export const NODE: OrderedList = list(
  "node",
  `22.12.0 22.12.0-slim 22.12.0-bookworm 22.12.0-bookworm-slim 22.12.0-alpine 22.12.0-alpine3.20 22.12.0-alpine3.19
   22.11.0 22.11.0-alpine
   22.9.0 22.9.0-alpine
   22.0.0
   22 22-slim 22-alpine 22-alpine3.20
   20.18.1 20.18.1-slim 20.18.1-alpine
   20.9.0 20.9.0-alpine
   18.20.5 18.20.4 18.9.1
   8.17.0 8.17.0-stretch 6.17.1 0.12.18 0.10.48
   slim lts-alpine3.20 lts-alpine lts latest jod iron-slim current-alpine bookworm alpine3.20 alpine3.9 alpine`,
);

export const PYTHON: OrderedList = list(
  "python",
  `3.14.0a2 3.14.0a2-slim 3.14.0a1
   3.14-rc 3.14-rc-slim
   3.13.1 3.13.1-slim 3.13.1-slim-bookworm 3.13.1-alpine 3.13.1-alpine3.20
   3.13.0 3.13.0-slim 3.13 3.13.0rc3 3.13.0rc2 3.13.0rc1-slim 3.13.0b4 3.13.0b1 3.13.0a6
   3.12.10 3.12.8 3.12.8-windowsservercore-ltsc2022 3.12.8-windowsservercore-1809 3.12.2 3.12
   3.9.21 3.9.2 3 2.7.18 2.7.18-slim
   slim-bookworm slim rc latest bookworm`,
);

export const POSTGRES: OrderedList = list(
  "postgres",
  `18beta1 18beta1-alpine
   17.10 17.10-trixie 17.10-bookworm 17.10-alpine 17.10-alpine3.24 17.10-alpine3.23
   17.2 17.2-alpine 17 17-alpine 17rc1 17beta3 17beta1-alpine
   16.15 16.15-alpine 16.14 16.9 16
   15.19 15.18 15.1-alpine3.17 14.24 14.6
   11.18-bullseye 10.23
   9.6.24 9.6.9 9.6 9.6-alpine 9.5.25
   trixie latest bullseye alpine3.24 alpine`,
);

export const GOLANG: OrderedList = list(
  "golang",
  `1.27rc1 1.27rc1-trixie 1.27rc1-alpine3.24 1.27rc1-alpine3.23 1.27-rc 1.27-rc-alpine
     1.26.2 1.26.2-alpine3.24 1.26.1 1.26.0 1.26
     1.25.11 1.25.9 1.25.0 1.25 1.25rc3 1.25rc2 1.25rc1
     1.20.14 1.20 1.20rc3 1.20rc3-bullseye 1.19.5 1.18.10 1.18.10-buster
     1.9.7 1.9 1.9rc11 1.9rc2 1.9beta2 1 1-alpine
     windowsservercore-ltsc2022 rc latest alpine3.24`,
);

/** The lists of the issue, and others like them. */
export const LISTS: readonly OrderedList[] = [
  JDK,
  UBUNTU,
  NODE,
  PYTHON,
  POSTGRES,
  list(
    "nginx",
    `1.27.3 1.27.3-perl 1.27.3-bookworm 1.27.3-alpine 1.27.3-alpine3.20
     1.27.3-alpine3.20-slim 1.27.3-alpine3.20-perl 1.27.3-alpine-slim
     1.27.2 1.27.2-alpine 1.27
     1.26.2 1.26.2-alpine3.20 1.26.2-alpine3.9 1.26.0 1.9.15 1.9.2 1
     stable-perl stable-alpine3.20 stable-alpine3.19 stable-alpine stable perl mainline-alpine3.20
     mainline latest alpine3.20 alpine`,
  ),
  GOLANG,
  list(
    "cloudwatch-agent",
    `1.300053.1b1075 1.300053.0b1046 1.300052.0b1024 1.300049.1b929 1.300049.1b91 1.247359.0b252406
     1.247347.6b250880 1.247347.5b250583 1.247347.4b250742 latest`,
  ),
  list(
    "creator-ee",
    `v24.2.0 v0.22.0 v0.20.0 v0.9.2 v0.4.0 v0.3.1 v0.3.0 v0.2.0 v0.2.0a2 v0.2.0a1 latest
     ${COMMIT}-1477382381-16-1 ${COMMIT}-1473632019-15-1 ${COMMIT}
     67b9e06a5462acd665a9260f5082f39f07fc2ef2-1968203497-17-1 67b9e06a5462acd665a9260f5082f39f07fc2ef2
     52d2ac2718da1fe739a657e73a6094da18227ecb`,
  ),
  list(
    "linuxserver/hedgedoc",
    `1.9.9-ls100 1.9.9-ls99 version-1.9.9 1.9.9 1.9.5-ls73 1.9.3-ls56 1.9.3-ls9 1.7.0-ls1
     arm64v8-1.7.0-ls2 arm64v8-1.7.0-ls1 arm64v8-version-1.7.0
     arm32v7-1.9.1-ls12 arm32v7-1.9.1 arm32v7-1.7.0-ls1
     amd64-1.9.9-ls100 amd64-1.7.0-ls10 amd64-1.7.0-ls9 amd64-1.7.0-ls1 amd64-version-1.7.0
     latest arm64v8-latest amd64-latest`,
  ),
  list(
    "home-assistant",
    `2025.1.0b3 2025.1.0b0 2024.12.5 2024.12.1 2024.12.0 2024.12 2024.12.0b10 2024.12.0b9 2024.11.3 2024.9.3
     2024.2.1 2023.12.4 0.118.5 0.99.3 0.99.0 stable rc latest dev beta`,
  ),
  list(
    "windows/servercore",
    `10.0.26100.2894 10.0.26100.1742 10.0.20348.3207 10.0.20348.2966 10.0.20348.587 10.0.17763.6775
     10.0.17763.6775-amd64 10.0.17763.999 10.0.17763.1 10.0.14393.7699
     ltsc2025 ltsc2022-amd64 ltsc2022 ltsc2019`,
  ),
  list("mcr listing", "2.20.0 2.19.1 2.19.0 2.10.0 2.9.1 2.2.0 2.1.13 2.1.2 2.0.0 2.0 2 latest"),
  list(
    "openjdk",
    `24 24-slim 24-ea-31-jdk-slim-bullseye 24-ea-17-jdk 24-ea-8-jdk 24-ea 24-ea-nanoserver
     21.0.1 21 11.0.16 11.0.9.1 11.0.9
     8u372-b07 8u371-b11 8u371-b09 8u342-b07-jre 8u342-jre 8u92 8 8-jdk 7u221 7u25 latest`,
  ),
  list(
    "eclipse-temurin",
    `21.0.5_11-jdk 21.0.5_11-jdk-noble 21.0.5_11-jdk-alpine 21.0.1_12-jdk 21_35-jdk 21_35-jdk-ubi9-minimal
     17.0.10_7-jre 17.0.9_9-jre 17.0.9_9-jre-alpine 17-jre
     11.0.31_11-jdk-noble 11.0.31_11-jdk-jammy 11.0.18_10-jdk 11-alpine-3.24 11-alpine-3.9
     8u432-b06-jdk 8u392-b08-jdk 8-jdk latest`,
  ),
  list(
    "minio",
    `RELEASE.2025-01-20T14-49-07Z RELEASE.2025-01-18T00-31-37Z RELEASE.2025-01-18T00-31-37Z-cpuv1
     RELEASE.2024-12-18T13-15-44Z RELEASE.2024-12-13T22-19-12Z RELEASE.2024-12-13T09-05-00Z
     RELEASE.2024-02-09T21-25-16Z RELEASE.2023-12-23T07-19-11Z RELEASE.2021-06-17T00-10-46Z.fips latest edge`,
  ),
  list(
    "alpine",
    `3.21.0 3.21 3.20.3 3.20.0 3.19.10 3.19.1 3.19 3.9.6 3.9 3 2.7 2.6
     20250108 20240923 20240807 20240329 20230901 latest edge`,
  ),
  list(
    "debian",
    `12.8 12.8-slim 12.7 12.1 12 12-slim 11.11 11.9 10.13 9.13 8.11
     stable-20241202 bookworm-20241202 bookworm-20241202-slim bookworm-20241111 bookworm-20240110
     bookworm-20240110-slim trixie stable-slim stable latest bookworm`,
  ),
  list(
    "deno",
    `2.1.4 2.1.3 2.0.6 2.0.0-rc.10 2.0.0-rc.2 1.46.3 1.9.2
     ubuntu-2.1.4 ubuntu-1.46.3 distroless-2.1.4 debian-2.1.4 debian-1.9.2 alpine-2.1.4 alpine-2.0.6
     alpine-1.46.3 alpine-1.9.2 latest distroless alpine`,
  ),
  list(
    "bitnami/nginx",
    `1.27.3 1.27.3-debian-12-r5 1.27.3-debian-12-r0 1.27.2-debian-12-r10 1.27.2-debian-12-r9
     1.25.3 1.25.3-debian-12-r0 1.25.3-debian-11-r10 1.25.3-debian-11-r4 1.25 1 latest
     ${DIGEST}.sig ${DIGEST}.att ${DIGEST}`,
  ),
  list(
    "rancher/k3s",
    `v1.32.0-k3s1 v1.32.0-rc2-k3s1 v1.32.0-rc1-k3s1 v1.31.4-k3s1 v1.31.0-k3s10 v1.31.0-k3s2 v1.31.0-k3s1
     v1.30.8-k3s1 v1.30.8-k3s1-arm64 v1.30.8-k3s1-amd64 v1.9.0-k3s1 v1.0.1 v0.10.2 v0.9.1 v0.1.0 latest`,
  ),
  list(
    "keycloak",
    `26.0.7-1 26.0.7-0 26.0.7 26.0 24.0.5 17.0.0 17.0.0-legacy 16.1.1 4.8.3.Final 4.8.2.Final 4.8.0.CR2 4.8.0.CR1
     4.0.0.Beta3 4.0.0.Beta1 3.4.3.Final nightly latest`,
  ),
  list(
    "mssql/server",
    `2022-CU16-ubuntu-22.04 2022-CU9-ubuntu-20.04 2022-CU1-ubuntu-20.04 2022-GA-ubuntu
     2019-CU30-ubuntu-20.04 2019-CU19-ubuntu-20.04 2019-CU3-ubuntu-18.04 2019-CU3-ubuntu-16.04
     2017-CU31-ubuntu 2017-GA-ubuntu latest 2022-latest 2019-latest`,
  ),
  list(
    "dotnet/sdk",
    `10.0.100-preview.7 10.0.100-preview.3 10.0.100-preview.2.24130.4 9.0.101 9.0.101-noble
     9.0.101-alpine 9.0.101-alpine3.20 9.0.100 9.0.100-rc.2 9.0.100-rc.1 9.0.100-preview.7 9.0
     8.0.404 8.0.100 8.0 6.0.428 latest`,
  ),
  list("windows editions", "22H2 21H2 21H1 20H2 20H1 19H2 19H1 latest"),
  list("tzdata", "2025a 2024b 2024a 2023d 2023c 2022g 2022a latest"),
  list(
    "pgvecto-rs",
    `pg17-v0.4.0 pg16-v0.4.0 pg16-v0.3.0 pg16-v0.3.0-alpha.2 pg16-v0.3.0-alpha.1 pg14-v0.4.0 pg14-v0.2.0
     pg14-v0.2.0-alpha.10 pg14-v0.2.0-alpha.2`,
  ),
  list(
    "llama.cpp",
    `b10001 b9999 b4435 b999 server-b4435 server-b999 full-cuda-b4435 full-cuda-b999 server light full`,
  ),
  list(
    "pypy",
    `3.11-7.3.18 3.11-7.3.18-slim 3.10-7.3.18 3.10-7.3.13 3.10-7.3.9 3.10 3.9-7.3.16 3.9 2.7-7.3.18 2.7 latest`,
  ),
  list(
    "rust nightly",
    `nightly-2026-08-22 nightly-2026-05-28 nightly-2026-05-28-bookworm nightly-2024-07-12 nightly-2024-01-01
     nightly-2023-06-01 nightly-2023-06-01-slim nightly-bookworm nightly`,
  ),
  list(
    "spring-cloud-dataflow",
    `2.11.5 2.11.5-jdk17 2.11.3 2.11.0 2.11.0-SNAPSHOT 2.10.3 2.9.0 2.1.0.RELEASE 2.1.0.RC1 2.1.0.M2 2.1.0.M1
     1.7.4.RELEASE latest`,
  ),
  list(
    "checkmk",
    `2.4.0p34 2.4.0p9 2.4.0 2.4.0b1 2.3.0p49 2.3.0p6 2.3.0 2.4.0-latest`,
  ),
  list(
    "liferay/dxp",
    `7.3.10 7.2.10-sp8 7.2.10-sp2 7.2.10 latest`,
  ),
  list(
    "kubernetes-external-secrets",
    `6.3.0-patch2 6.3.0-patch1 6.3.0 6.2.0`,
  ),
  list(
    "isaac-sim",
    `2023.1.1 2023.1.0-hotfix.1 2023.1.0 2022.2.1 2022.2.0`,
  ),
  list(
    "mssql/server before 2019",
    `2019-GA-ubuntu-16.04 2019-RC1-ubuntu 2019-CTP3.2-ubuntu 2019-CTP3.1-ubuntu 2019-CTP2.1-ubuntu`,
  ),
  list(
    "ci builds",
    `v1.2.3-14-g8f2ef3e v1.2.3-2-g67b9e06 v1.2.3 v1.2.3-rc.1 v1.2.3-beta.11 v1.2.3-beta.2 v1.2.3-alpha.1
     v1.2.3-dev.20240111 pr-12 pr-2 main sha-8f2ef3e sha-67b9e06 main-52d2ac2`,
  ),
  list(
    "spellings",
    `2.10 2.9.0 v2.9 V2.9 2.9 2.09 2.08 01.2 v1.1 1.01 0.0.1`,
  ),
];
