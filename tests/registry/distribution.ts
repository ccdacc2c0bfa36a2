import { askingForCatalog, catalogAnswer, childrenOf, withManifestMap } from "./catalog_api.ts";
import { errorAnswer, jsonAnswer, textAnswer, unknownNameAnswer } from "./answer.ts";
import { sampleContent } from "./content.ts";
import { apiVersion, openDistributionDoor } from "./distribution_auth.ts";
import { listDistribution } from "./distribution_listing.ts";
import type { DistributionOptions } from "./distribution_options.ts";
import { openContents } from "./contents.ts";
import { openContentStore } from "./content_store.ts";
import { neededAccess, parsePath, type RegistryPath } from "./registry_path.ts";
import {
  assembleRegistry,
  contentOf,
  type SimulatedHost,
  type SimulatedRegistry,
} from "./simulated_registry.ts";

/**
 * A registry that follows the distribution spec (v1.1.1, read 2026-07-16) as CNCF distribution 3 does, bent by its options.
 * Without any it is open and lists by name; `presets` holds the options which make it behave as some named registry.
 */
export function distribution(options: DistributionOptions = {}): SimulatedRegistry {
  const { host = "registry.example", now = Date.now, habits = {} } = options;
  const store = openContentStore(contentOf(options, sampleContent), options.images);
  const door = openDistributionDoor(host, options);
  const upstream = options.redirectsTo;
  const answers = { headers: apiVersion(options), type: "application/json; charset=utf-8" };
  const contents = openContents(
    { host: upstream?.host ?? host, store, habits, answers, now },
    options.expects,
  );

  function answerRegistry(request: Request): Response | Promise<Response> {
    const { pathname } = new URL(request.url);
    const headers = apiVersion(options);
    if (upstream !== undefined) return answerRedirector(request, pathname, upstream, headers);
    const path = parsePath(pathname);
    if (path?.kind === "base") return answerPing(request, headers);
    if (path?.kind === "catalog") return answerCatalog(request, headers);
    if (path === undefined) return notServed(pathname);
    const stopped = door.stop(request, neededAccess(request, path.repository));
    return stopped ?? answerPath(request, path, path.repository);
  }

  /** What the door has let in; `named` is the repository as it was asked for. */
  function answerPath(
    request: Request,
    path: Exclude<RegistryPath, { readonly kind: "base" | "catalog" }>,
    named: string,
  ): Response | Promise<Response> {
    if (path.kind !== "tags") return contents.answer(request, path);
    const { repository } = path;
    if (request.method !== "GET" && request.method !== "HEAD") return wrongMethod(answers.headers);
    const isFolder = options.manifestMap === true && childrenOf(store, repository).length > 0;
    if (!store.has(repository) && !isFolder) {
      return unknownNameAnswer(named, { headers: answers.headers });
    }
    const listed = {
      host: upstream?.host ?? host,
      repository: named,
      tags: store.tags(repository),
    };
    const page = listDistribution(listed, new URL(request.url).search, options);
    return withManifestMap(page, { store, repository, options });
  }

  function answerCatalog(request: Request, headers: Readonly<Record<string, string>>): Response {
    const { pathname, search } = new URL(request.url);
    if (options.catalog === "missing" || request.method !== "GET") return notServed(pathname);
    const stopped = door.stop(request, []);
    return stopped === undefined
      ? catalogAnswer(store, search, headers)
      : askingForCatalog(stopped);
  }

  function answerPing(request: Request, headers: Readonly<Record<string, string>>): Response {
    const stopped = door.stop(request, []);
    if (stopped === undefined || options.ping !== "welcomes") {
      return stopped ?? jsonAnswer(200, {}, { headers, end: "" });
    }
    const challenge = stopped.headers.get("www-authenticate") ?? "";
    return jsonAnswer(200, {}, { headers: { ...headers, "www-authenticate": challenge }, end: "" });
  }

  /** The host behind the redirect: it wants no token, and knows its repositories by the longer name. */
  function answerUpstream(request: Request, prefix: string): Response | Promise<Response> {
    const { pathname } = new URL(request.url);
    const path = parsePath(pathname);
    const named = path !== undefined && "repository" in path ? path : undefined;
    if (named === undefined || !named.repository.startsWith(prefix)) {
      return unknownNameAnswer(named?.repository ?? pathname);
    }
    const repository = named.repository.slice(prefix.length);
    return answerPath(request, { ...named, repository }, named.repository);
  }

  const hosts: SimulatedHost[] = [{
    host,
    handle(request: Request): Response | Promise<Response> {
      const token = door.tokenServer;
      const atToken = token?.host === host && new URL(request.url).pathname === token.path;
      return atToken ? door.answerToken(request) : answerRegistry(request);
    },
  }];
  const { tokenServer } = door;
  if (tokenServer !== undefined && tokenServer.host !== host) {
    hosts.push({
      host: tokenServer.host,
      handle: (request) =>
        new URL(request.url).pathname === tokenServer.path
          ? door.answerToken(request)
          : notServed(new URL(request.url).pathname),
    });
  }
  if (upstream !== undefined) {
    hosts.push({
      host: upstream.host,
      handle: (request) => answerUpstream(request, upstream.prefix),
    });
  }
  hosts.push(...contents.hosts);
  return assembleRegistry(hosts, options.faults);
}

/** registry.k8s.io: handlers.go, 2026-08-06. */
function answerRedirector(
  request: Request,
  pathname: string,
  upstream: { readonly host: string; readonly prefix: string },
  headers: HeadersInit,
): Response {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return textAnswer(405, "Only GET and HEAD are allowed.\n");
  }
  if (pathname === "/v2/" || pathname === "/v2") {
    return new Response(null, { status: 200, headers });
  }
  if (!pathname.startsWith("/v2/") || pathname === "/v2/_catalog") return notServed(pathname);
  const location = `https://${upstream.host}/v2/${upstream.prefix}${pathname.slice("/v2/".length)}`;
  return textAnswer(307, `<a href="${location}">Temporary Redirect</a>.\n\n`, {
    headers: { location },
    type: "text/html; charset=utf-8",
  });
}

function wrongMethod(headers: HeadersInit): Response {
  return errorAnswer(405, { code: "UNSUPPORTED", message: "The operation is unsupported." }, {
    headers,
  });
}

/** Whatever is not simulated, and the path that a Nexus connector's Link names (400: nexus-public #1011, 2026-06-05). */
function notServed(pathname: string): Response {
  const status = pathname.includes("/repository/") ? 400 : 404;
  return textAnswer(status, `${status} page not found\n`);
}
