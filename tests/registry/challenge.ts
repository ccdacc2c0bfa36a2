/** Writes a Bearer challenge; parameters that are undefined are left out. */
export function bearerChallenge(
  parameters: Readonly<Record<string, string | undefined>>,
  unquoted = false,
): string {
  const written = Object.entries(parameters).filter(([, value]) => value !== undefined)
    .map(([name, value]) => unquoted ? `${name}=${value}` : `${name}="${value}"`);
  return `${unquoted ? "bearer" : "Bearer"} ${written.join(",")}`;
}

/** The token of an Authorization header: undefined without a header, empty where it is no Bearer token. */
export function bearerOf(request: Request): string | undefined {
  const header = request.headers.get("authorization");
  if (header === null) return undefined;
  return /^bearer /i.test(header) ? header.slice("bearer ".length) : "";
}
