import { type FoundReferrers, printable, type Referrer, type Target } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import { exitCode } from "./_exit.ts";
import { platformOption, readPlatform } from "./_image_platform.ts";
import { fullReference, onlyReference, pinnedReference } from "./_image_reference.ts";
import { formatSize } from "./_image_size.ts";
import { chooseFormat, formatOptions } from "./_format.ts";
import { asciiJson } from "./_json.ts";
import { maxRequestsOption, readMaxRequests } from "./_max_requests.ts";
import { wholeNumber } from "./_numbers.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { UsageError } from "./_usage_error.ts";

/** Which signatures, SBOMs and attestations are there? */
export const referrers: Command = {
  name: "referrers",
  summary: "Show the signatures, SBOMs and attestations of an image; verifies none of them",
  usage: "portolan referrers [options] REF",
  options: [
    platformOption,
    {
      name: "artifact-type",
      value: "TYPE",
      repeatable: true,
      help: "only artifacts of this type, or of one of several",
    },
    {
      name: "annotation",
      value: "KEY[=VALUE]",
      repeatable: true,
      help: "only what has this annotation, or all of several",
    },
    { name: "depth", value: "N", help: "referrers of referrers, at most 4 deep", default: "1" },
    ...formatOptions("tree, lines (the digests alone) or json", "tree"),
    maxRequestsOption(),
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan referrers ghcr.io/sigstore/cosign/cosign:v2.4.1",
    "portolan referrers --depth 2 --platform linux/amd64 registry.k8s.io/kube-proxy:v1.31.0",
    "portolan referrers --format lines --artifact-type application/spdx+json quay.io/org/app:1.2",
  ],
  run,
};

type Format = (found: FoundReferrers) => string;

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ["tree", formatTree],
  ["lines", formatLines],
  ["json", formatJson],
]);

/** Annotations worth a place in the tree, and what to call them there. */
const TELLING: readonly (readonly [name: string, shown: string])[] = [
  ["org.opencontainers.image.created", "created"],
  ["org.opencontainers.artifact.created", "created"],
  ["dev.sigstore.bundle.predicateType", "about"],
  ["in-toto.io/predicate-type", "about"],
  ["org.opencontainers.image.title", "title"],
  ["org.opencontainers.artifact.description", "title"],
];
const MOST_DEPTH = 4;

async function run(args: Arguments, context: Context): Promise<number> {
  const { stdout, stderr, signal } = context;
  const reference = onlyReference(args, "show referrers");
  const format = chooseFormat(args, FORMATS, "tree");
  const artifactTypes = args.all("artifact-type");
  const annotations = Object.fromEntries(args.all("annotation").map(readAnnotation));
  const options = {
    platform: readPlatform(args),
    maxRequests: readMaxRequests(args),
    depth: readDepth(args),
    artifactTypes,
    annotations,
    signal,
  };

  const flow = await openConnection(args, context, [reference]);
  const isQuiet = args.has("quiet");
  if (!isQuiet) await stderr.write(costOf(flow.locate(reference)));
  const found = await flow.referrers(reference, options);
  const isFiltered = artifactTypes.length > 0 || args.has("annotation");
  if (!isQuiet) await stderr.write(remarkOn(found, isFiltered));
  await stdout.write(format(found));
  if (found.shortfall !== undefined) return await context.report(found.shortfall);
  return exitCode("done");
}

function readAnnotation(text: string): readonly [name: string, value: string | true] {
  const equals = text.indexOf("=");
  if (equals < 0) return [text, true];
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(`Cannot read "--annotation ${text}": expected KEY or KEY=VALUE`);
}

function readDepth(args: Arguments): number | undefined {
  const depth = wholeNumber(args, "depth", 1);
  if (depth === undefined || depth <= MOST_DEPTH) return depth;
  throw new UsageError(
    `Cannot read "--depth ${depth}": expected a whole number from 1 to ${MOST_DEPTH}`,
  );
}

/** What may be counted, said before it is: lists are no pulls, and tags that are not there neither. */
function costOf({ adapter }: Target): string {
  if (adapter.pulls !== "counted") return "";
  const rule = `${adapter.title} counts each manifest that is read as a pull`;
  return `portolan: ${rule}: here each tag of cosign's that is there\n`;
}

/** Which ways were tried, where the answer alone leaves a person in doubt. */
function remarkOn(found: FoundReferrers, isFiltered: boolean): string {
  const { target, api, reason, tag, referrers } = found;
  const isNone = referrers.length === 0;
  if (api === "supported" && !isNone) return "";
  const missing = tag?.reason === undefined ? "" : `: ${tag.reason}`;
  const ways = api === "supported"
    ? "asked its referrers API and for cosign's tags"
    : `${target.registry} has no referrers API (${reason}): read the tag ${tag?.name}${missing}, ` +
      "and asked for cosign's tags";
  const what = isFiltered ? "nothing that passes the filters" : "nothing";
  const none = `${what} refers to ${pinnedReference(found.target, found.digest)}; `;
  return `portolan: ${isNone ? none : ""}${printable(ways)}\n`;
}

function formatTree(found: FoundReferrers): string {
  return [pinnedReference(found.target, found.digest), ...branches(found.referrers, "")].join(
    "\n",
  ) + "\n";
}

function branches(referrers: readonly Referrer[], indent: string): readonly string[] {
  return referrers.flatMap((referrer, index) => {
    const isLast = index === referrers.length - 1;
    const line = `${indent}${isLast ? "└─" : "├─"} ${describe(referrer)}`;
    return [line, ...branches(referrer.referrers, `${indent}${isLast ? "   " : "│  "}`)];
  });
}

function describe(referrer: Referrer): string {
  const { kind, digest, artifactType, mediaType, size, annotations = {}, tag } = referrer;
  const told = TELLING.filter(([name]) => Object.hasOwn(annotations, name))
    .map(([name, shown]) => `${shown} ${printable(annotations[name] ?? "", 120)}`);
  const by = tag === undefined ? [] : [`cosign's .${tag.split(".").at(-1)}`];
  const type = printable(artifactType ?? mediaType);
  return [kind, type, digest, formatSize(size), ...by, ...told].join("  ");
}

function formatLines({ referrers }: Pick<FoundReferrers, "referrers">): string {
  return referrers.map((referrer) => `${referrer.digest}\n${formatLines(referrer)}`).join("");
}

function formatJson(found: FoundReferrers): string {
  const { target, digest, api, reason, tag, complete, referrers } = found;
  const reference = fullReference(target);
  const adapter = target.adapter.id;
  return asciiJson({ reference, adapter, digest, api, reason, tag, complete, referrers }) + "\n";
}

if (import.meta.main) await runAlone(referrers);
