import { assertEquals } from "@std/assert";
import { builtin } from "../../mod.ts";
import {
  adapterCases,
  type AdapterWorld,
  dockerHub,
  ecrPublic,
  ghcr,
  oracle,
  quay,
  sampleContent,
} from "../registry/mod.ts";

const worlds: ReadonlyMap<string, AdapterWorld> = new Map([
  ["docker-hub", {
    registry: dockerHub,
    reference: "ubuntu",
    tags: tagsOf("library/ubuntu"),
    requests: 2,
    missing: "nobody/nothing",
  }],
  ["ghcr", {
    registry: ghcr,
    reference: "ghcr.io/linuxserver/hedgedoc",
    tags: tagsOf("linuxserver/hedgedoc"),
    requests: 2,
    missing: "ghcr.io/nobody/nothing",
  }],
  ["quay", {
    registry: quay,
    reference: "quay.io/ansible/creator-ee",
    tags: tagsOf("ansible/creator-ee"),
    requests: 2,
    missing: "quay.io/nobody/nothing",
  }],
  ["ocr", {
    registry: oracle,
    reference: "container-registry.oracle.com/java/jdk",
    tags: tagsOf("java/jdk"),
    requests: 2,
    missing: "container-registry.oracle.com/nobody/nothing",
    credentials: { username: "alice", password: "wonderland" },
  }],
  ["ecr-public", {
    registry: ecrPublic,
    reference: "public.ecr.aws/cloudwatch-agent/cloudwatch-agent",
    tags: tagsOf("cloudwatch-agent/cloudwatch-agent"),
    requests: 3,
    missing: "public.ecr.aws/nobody/nothing",
  }],
]);

Deno.test("every built-in adapter has a simulated registry", () => {
  assertEquals([...worlds.keys()], builtin.map(({ id }) => id));
});

for (const adapter of builtin) {
  for (const { name, run } of adapterCases(adapter, worlds.get(adapter.id))) Deno.test(name, run);
}

function tagsOf(repository: string): readonly string[] {
  return sampleContent()[repository] ?? [];
}
