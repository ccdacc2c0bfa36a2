/** Answers with all that the request held, in the ways in which servers write errors. */
export async function echo(request: Request, status: number): Promise<Response> {
  const body = await request.text();
  const sent = [request.url, ...[...request.headers].flat(), body];
  return Response.json({
    detail: sent.join(" "),
    message: sent.join(" "),
    error: body,
    errors: sent.map((text) => ({ code: "ECHO", message: text, detail: text })),
  }, { status, headers: { "www-authenticate": `Bearer realm="${encodeURI(body)}"` } });
}
