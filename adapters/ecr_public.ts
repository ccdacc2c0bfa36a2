import type { RegistryAdapter } from "../core/adapter.ts";

/** https://gallery.ecr.aws */
export const ecrPublic: RegistryAdapter = {
  id: "ecr-public",
  title: "Amazon ECR Public",
  // The second name: renovate `docker/ecr.ts`, 2026-07.
  hosts: ["public.ecr.aws", "ecr-public.aws.com"],
  // 401 without a token, and anyone is given one: curl in "Tags of the Oracle Container Registry", 2025-05.
  anonymous: "token",
  // `www-authenticate`, with the slash at the end: same article.
  token: { realm: "https://public.ecr.aws/token/", service: "public.ecr.aws" },
  // Same header. One token is good for every repository: wud `Ecr.ts`, 2026-07.
  scope: "aws",
  pages: {
    // 100 without `n`, more than 1000 is answered with 405: renovate `docker/ecr.ts`, 2026-06; ggcr #681, 2020.
    // Both were seen on private registries; clients send 1000 to either kind.
    ask: 1000,
    max: 1000,
    // aws/containers-roadmap #1262, 2022-08.
    order: "none",
  },
  // Of its private sister: every PATCH after the first is accepted and thrown away: aws/containers-roadmap
  // #2831, 2026-06.
  uploads: { whole: true },
  // What `aws ecr-public get-login-password` prints goes with the user name AWS.
  credentials: { env: ["ECR_PUBLIC_USERNAME", "ECR_PUBLIC_PASSWORD"] },
  // DescribeImageTags and DescribeImages, signed with the keys of an account: renovate #9268, 2022.
  noApi:
    "Its own API answers AWS accounts alone; nothing else tells dates or what a namespace holds",
};
