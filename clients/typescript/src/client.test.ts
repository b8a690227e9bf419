// The client against a server that says what it is told to say.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, beforeEach, test } from "node:test";

import { Sotay, type Session } from "./client.js";
import * as generated from "./generated.js";
import { Article, Home, Me, SignIn } from "./generated.js";

interface Asked {
  method: string;
  url: URL;
  headers: IncomingMessage["headers"];
  body: { query?: string; operationName?: string; variables?: Record<string, unknown> };
}

let asked: Asked[] = [];
let answer: (request: Asked, response: ServerResponse) => void = () => undefined;

const server = createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  const url = new URL(request.url!, address);
  const seen = { method: request.method!, url, headers: request.headers, body: text ? JSON.parse(text) : {} };
  asked.push(seen);
  answer(seen, response);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
});

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
}

function isRefresh(request: Asked): boolean {
  return request.body.operationName === "Refresh";
}

/** Tokens are good from `good` on; a refresh gives it. */
function serverWithTokens(good: string, refreshed: (response: ServerResponse) => void): void {
  answer = (request, response) => {
    if (isRefresh(request)) return refreshed(response);
    if (request.headers.authorization === `Bearer ${good}`) return json(response, 200, { data: { me: { code: "DV1" } } });
    json(response, 401, { errors: [{ message: "Hết hạn", extensions: { code: "UNAUTHENTICATED" } }] });
  };
}

const renewed = (response: ServerResponse) =>
  json(response, 200, { data: { refreshSession: { session: { accessToken: "a2", refreshToken: "r2" }, errors: [] } } });

const refusedWith = (code: string) => (response: ServerResponse) =>
  json(response, 200, { data: { refreshSession: { session: null, errors: [{ code, field: null, message: "Không" }] } } });

test("each operation goes by the hash of its file", () => {
  const folder = new URL("../../operations/", import.meta.url);
  const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const documents = Object.values(generated).filter((each) => typeof each === "object" && "id" in each);
  assert.equal(documents.length, texts.join("").match(/^(query|mutation) /gm)!.length);
  for (const { id, text, name } of documents) {
    assert.ok(texts.includes(text), name);
    assert.equal(id, createHash("sha256").update(text).digest("hex"));
  }
});

test("a query is a GET by id, with language and token", async () => {
  answer = (_request, response) => json(response, 200, { data: { content: null } });
  const client = new Sotay({ address, language: "en", session: { accessToken: "a1", refreshToken: "r1" } });
  assert.deepEqual(await client.query(Article, { id: "5" }), {
    ok: true,
    data: { content: null },
    partial: [],
    unchanged: false,
  });
  const [{ method, url, headers }] = asked as [Asked];
  assert.equal(method, "GET");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    id: Article.id,
    operationName: "Article",
    variables: '{"id":"5"}',
  });
  assert.equal(headers["accept-language"], "en");
  assert.equal(headers.authorization, "Bearer a1");
});

test("variables too long for an address go by POST", async () => {
  answer = (_request, response) => json(response, 200, { data: { content: null } });
  assert.ok((await new Sotay({ address }).query(Article, { id: "5".repeat(5000) })).ok);
  assert.deepEqual(asked.map((each) => [each.method, each.body.operationName]), [["POST", "Article"]]);
});

test("what has not changed is not sent again, and is not kept for the next person", async () => {
  answer = (request, response) => {
    if (request.body.operationName === "SignIn") {
      const session = { accessToken: "b1", refreshToken: "s1", expiresIn: 600 };
      return json(response, 200, { data: { signIn: { session, errors: [] } } });
    }
    if (request.headers["if-none-match"] === '"e1"') return void response.writeHead(304, { ETag: '"e1"' }).end();
    json(response, 200, { data: { articles: null } }, { ETag: '"e1"' });
  };
  const client = new Sotay({ address });
  const unchanged = async (first: number) => {
    const got = await client.query(Home, { first });
    assert.ok(got.ok);
    assert.deepEqual(got.data, { articles: null });
    return got.unchanged;
  };
  assert.equal(await unchanged(5), false);
  assert.equal(await unchanged(5), true);
  assert.equal(await unchanged(6), false, "another page is another answer");
  await client.signIn("DV1", "x", { name: "Máy", platform: "WEB" });
  assert.equal(await unchanged(5), false);
});

test("requests that meet a spent token renew it once, and each is repeated", async () => {
  serverWithTokens("a2", renewed);
  const saved: (Session | null)[] = [];
  const client = new Sotay({ address, session: { accessToken: "a1", refreshToken: "r1" }, keep: (s) => saved.push(s) });
  const answers = await Promise.all([1, 2, 3, 4].map(() => client.query(Me, {})));
  assert.ok(answers.every((each) => each.ok));
  assert.deepEqual(asked.filter(isRefresh).map((each) => each.body.variables), [{ refreshToken: "r1" }]);
  assert.ok(asked.filter(isRefresh).every((each) => each.headers.authorization === undefined));
  assert.deepEqual(saved, [{ accessToken: "a2", refreshToken: "r2" }]);
});

test("a token that is refused again is not renewed again", async () => {
  serverWithTokens("never", renewed);
  const client = new Sotay({ address, session: { accessToken: "a1", refreshToken: "r1" } });
  const got = await client.query(Me, {});
  assert.ok(!got.ok && got.status === 401);
  assert.deepEqual(asked.map((each) => each.method), ["GET", "POST", "GET"]);
});

test("a refresh whose answer was lost is asked for again with the same token", async () => {
  let tries = 0;
  serverWithTokens("a2", (response) => (++tries === 1 ? response.destroy() : renewed(response)));
  const client = new Sotay({ address, session: { accessToken: "a1", refreshToken: "r1" } });
  assert.ok((await client.query(Me, {})).ok);
  assert.deepEqual(asked.filter(isRefresh).map((each) => each.body.variables?.["refreshToken"]), ["r1", "r1"]);
});

for (const code of ["UNAUTHENTICATED", "EXPIRED"]) {
  test(`a refresh refused as ${code} ends the session, and nobody is answered as the public`, async () => {
    serverWithTokens("never", refusedWith(code));
    const saved: (Session | null)[] = [];
    const client = new Sotay({ address, session: { accessToken: "a1", refreshToken: "r1" }, keep: (s) => saved.push(s) });
    const answers = await Promise.all([client.query(Me, {}), client.query(Me, {})]);
    assert.ok(answers.every((each) => !each.ok && each.status === 401));
    assert.equal(client.signedIn, false);
    assert.deepEqual(saved, [null]);
    assert.ok(asked.filter((each) => !isRefresh(each)).every((each) => each.headers.authorization === "Bearer a1"));
  });
}

test("a refresh that has to wait keeps the session", async () => {
  serverWithTokens("never", refusedWith("RATE_LIMITED"));
  const client = new Sotay({ address, session: { accessToken: "a1", refreshToken: "r1" } });
  const got = await client.query(Me, {});
  assert.ok(!got.ok);
  assert.deepEqual(got.problems.map((each) => each.code), ["RATE_LIMITED"]);
  assert.equal(client.signedIn, true);
});

test("who was signed in when asking is never answered as somebody else", async () => {
  const held: ServerResponse[] = [];
  const client = new Sotay({ address, session: { accessToken: "a1", refreshToken: "r1" } });
  const signedIn = { accessToken: "b1", refreshToken: "s1", expiresIn: 600 };
  answer = (request, response) => {
    if (request.method === "GET" && held.length === 0) return void held.push(response);
    if (request.method === "GET") return json(response, 200, { data: { me: { code: "DV2" } } });
    json(response, 200, { data: { signIn: { session: signedIn, errors: [] } } });
  };
  const late = client.query(Me, {});
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await client.signIn("DV2", "x", { name: "Máy", platform: "WEB" });
  json(held[0]!, 401, { errors: [{ message: "Hết hạn", extensions: { code: "UNAUTHENTICATED" } }] });
  const got = await late;
  assert.ok(!got.ok && got.status === 401);
  assert.deepEqual(asked.map((each) => each.body.operationName ?? "Me"), ["Me", "SignIn"]);
});

test("an answer to who was signed in before is not kept for who is now", async () => {
  let release: () => void = () => undefined;
  answer = (_request, response) => {
    release = () => json(response, 200, { data: { me: { code: "DV1" } } }, { ETag: '"e1"' });
  };
  const client = new Sotay({ address, session: { accessToken: "a1", refreshToken: "r1" } });
  const late = client.query(Me, {});
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  client.forget();
  release();
  await late;
  answer = (_request, response) => json(response, 200, { data: { me: null } });
  await client.query(Me, {});
  assert.equal(asked.at(-1)!.headers["if-none-match"], undefined);
});

test("refusals, faults and a dead line are answers", async () => {
  const client = new Sotay({ address });
  const refusal = { code: "UNAUTHENTICATED", field: null, message: "Sai" };
  answer = (_request, response) => json(response, 200, { data: { signIn: { session: null, errors: [refusal] } } });
  assert.deepEqual(await client.signIn("DV1", "x", { name: "Máy", platform: "WEB" }), {
    ok: false,
    status: 200,
    problems: [refusal],
  });
  assert.equal(asked.at(-1)!.body.query, SignIn.text);

  answer = (_request, response) => void response.writeHead(502, { "Content-Type": "text/html" }).end("<p>Bad gateway");
  assert.deepEqual(await client.query(Me, {}), {
    ok: false,
    status: 502,
    problems: [{ code: "INTERNAL", message: "HTTP 502" }],
  });

  const partial = { data: { me: null }, errors: [{ message: "Không", extensions: { code: "INVALID" } }] };
  answer = (_request, response) => json(response, 200, partial);
  const some = await client.query(Me, {});
  assert.deepEqual(some.ok && some.partial, [{ code: "INVALID", message: "Không" }]);

  answer = (_request, response) => response.destroy();
  const none = await client.query(Me, {});
  assert.ok(!none.ok && none.status === 0 && none.problems[0]?.code === "OFFLINE");
});

test("a file is asked for with the token, from our own server only", async (t) => {
  answer = (_request, response) => void response.end("pdf");
  const other = createServer((request, response) => response.end(String(request.headers.authorization)));
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    other.closeAllConnections();
    other.close();
  });
  const client = new Sotay({ address, session: { accessToken: "a1", refreshToken: "r1" } });
  assert.equal(await (await client.file(`${address}/files/1/a.pdf`)).text(), "pdf");
  assert.equal(asked[0]!.headers.authorization, "Bearer a1");
  const foreign = `http://127.0.0.1:${(other.address() as AddressInfo).port}/a.pdf`;
  assert.equal(await (await client.file(foreign)).text(), "undefined");
});
