import { assert, assertEquals } from "@std/assert";
import { parse, parseAllDocuments } from "yaml";
import { openFlow, planJobs, readPlan } from "../../mod.ts";
import { PLAN_FIELDS } from "../../core/transfer/plan_fields.ts";
import { parsePlanFile } from "../../scripts/_plan_file.ts";
import schema from "../../plan.schema.json" with { type: "json" };
import { distribution, oracle, simulateNetwork } from "../registry/mod.ts";
import { virtualClock } from "../virtual_clock.ts";
import { isValid, type Schema } from "./mirror_schema.ts";
import { imagesFor } from "./mirror_world.ts";

const root = new URL("../../", import.meta.url);
const readme = Deno.readTextFileSync(new URL("README.md", root));
const section = readme.slice(readme.indexOf("### Mirror"), readme.indexOf("## What is known"));
const ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

function example(name: string): string {
  return Deno.readTextFileSync(new URL(`examples/${name}`, root));
}

for (const name of ["oracle_jdk.yaml", "many.yaml"]) {
  Deno.test(`examples/${name} is a plan`, async () => {
    const text = example(name);
    const { plan, problems } = readPlan((await parsePlanFile(name, text)).value);
    assertEquals(problems, []);
    assert(plan !== undefined && planJobs(plan, openFlow().locate).length > 0);
    assert(isValid(parse(text), schema as Schema));
  });
}

Deno.test("README's plan is eight lines, and puts the newest JDKs into ECR", async () => {
  const [, text = ""] = /```yaml\n([^`]*)```/.exec(section) ?? [];
  assertEquals(text.trimEnd().split("\n").length, 8);
  const { plan } = readPlan((await parsePlanFile("README.md", text)).value);
  assert(plan !== undefined);
  const old = ["1.8.0_441", "1.8.0_451", "11.0.27", "17.0.13", "17.0.14", "17.0.15", "17.0.16"];
  const tags = [...old, "21.0.5", "21.0.6", "21.0.7", "21.0.8", "21.0.8-oraclelinux8", "latest"];
  const source = oracle({ images: imagesFor("java/jdk", tags) });
  const target = distribution({ host: ECR, auth: "basic", images: {} });
  const flow = openFlow({
    fetch: simulateNetwork([source, target]).fetch,
    clock: virtualClock(),
    credentials: () => ({ username: "alice", password: "wonderland" }),
  });
  const report = await flow.mirror(plan);
  assertEquals(report.repositories[0]?.error?.message, undefined);
  assertEquals(report.done, true);
  const copied = report.repositories[0]?.tags.map(({ tag }) => tag);
  const expected = ["21.0.8", "21.0.7", "21.0.6", "17.0.16", "17.0.15", "17.0.14"];
  assertEquals(copied?.toSorted(), expected.toSorted());
});

Deno.test("README explains the keys of a plan that are no flags of the selector", () => {
  const selector = ["include", "exclude", "like", "range", "variant", "pre", "channels"];
  const more = ["newest", "newerThan", "minAge", "maxAge", "per", "sort", "reverse", "limit"];
  for (const key of PLAN_FIELDS.keys()) {
    if (![...selector, ...more].includes(key)) assert(section.includes(`\`${key}`), key);
  }
});

Deno.test("the Kubernetes example starts as many workers as there are shares", () => {
  const job = parse(example("kubernetes_indexed_job.yaml")).spec.jobTemplate.spec;
  const [container] = job.template.spec.containers;
  assertEquals(job.completionMode, "Indexed");
  assertEquals(job.parallelism, job.completions);
  assert(container.command.includes(`$(SHARD)/${job.completions}`));
  assertEquals(container.env[0].name, "SHARD");
});

Deno.test("the CI examples can be read, and start as many workers as there are shares", () => {
  for (const name of ["github_actions.yml", "gitlab_ci.yml"]) {
    for (const { errors } of parseAllDocuments(example(name))) assertEquals(errors, []);
  }
  const { shard } = parse(example("github_actions.yml")).jobs.mirror.strategy.matrix;
  assertEquals(shard, [0, 1, 2, 3]);
  assertEquals([...example("github_actions.yml").matchAll(/shard }}\/(\d+)/g)].map(([, n]) => n), [
    "4",
    "4",
  ]);
});
