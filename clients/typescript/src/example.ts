// `npm run example`: one member's evening against a running demo (SOTAY, by default http://localhost:8000).
import { Sotay, type Answer, type Problem } from "./client.js";
import { Article, Home, Me, type HomeQuery } from "./generated.js";

const address = process.env["SOTAY"] ?? "http://localhost:8000";
const password = process.env["DEMO_PASSWORD"] ?? "demo-Sotay-2026";

/** Shows what goes over the line. */
const shown: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const bytes = (await response.clone().arrayBuffer()).byteLength;
  const what = new URL(String(input)).searchParams.get("operationName") ?? operationIn(init?.body) ?? String(input);
  console.log(`    ${init?.method ?? "GET"} ${what}: ${response.status}, ${bytes} bytes`);
  return response;
};

function operationIn(body: unknown): string | undefined {
  return typeof body === "string" ? (JSON.parse(body) as { operationName?: string }).operationName : undefined;
}

/** The data, or an end with what the person should be told. */
function data<Result>(answer: Answer<Result>): Result {
  if (!answer.ok) throw new Error(`${answer.status}: ${told(answer.problems)}`);
  if (answer.partial.length > 0) console.log(`    but: ${told(answer.partial)}`);
  return answer.data;
}

function told(problems: Problem[]): string {
  return problems.map(({ code, message }) => `${code}: ${message}`).join("; ");
}

type Row = NonNullable<HomeQuery["articles"]>["edges"][number]["node"];

/** All rows of the home screen's list, page by page. A cursor names a row: nothing is doubled when news comes out. */
async function* articles(client: Sotay, first: number): AsyncGenerator<Row> {
  let after: string | null = null;
  do {
    const list: HomeQuery["articles"] = data(await client.query(Home, { first, after })).articles;
    for (const { node } of list?.edges ?? []) yield node;
    after = list?.pageInfo.hasNextPage ? list.pageInfo.endCursor ?? null : null;
  } while (after !== null);
}

let kept: { accessToken: string; refreshToken: string } | null = null;
const client = new Sotay({ address, fetch: shown, keep: (session) => (kept = session) });
const device = { name: "Máy của ví dụ", platform: "WEB" } as const;

console.log("A wrong password is an answer, not a crash:");
const refused = await client.signIn("DV000002", "sai", device);
console.log(refused.ok ? "    signed in?!" : `    ${told(refused.problems)}`);

console.log("Signing in as DV000002:");
data(await client.signIn("DV000002", password, device));

console.log("The home screen:");
const home = data(await client.query(Home, { first: 5 }));
for (const { node } of home.articles?.edges ?? []) console.log(`    ${node.publishedAt}  ${node.title}`);

console.log("The same again, when nothing is new:");
const again = await client.query(Home, { first: 5 });
console.log(`    ${again.ok && again.unchanged ? "304: the answer of before still holds" : "answered anew"}`);

console.log("Twelve articles, five at a time:");
let count = 0;
for await (const _row of articles(client, 5)) if (++count === 12) break;
console.log(`    ${count} read`);

const [newest] = home.articles?.edges ?? [];
if (newest) {
  console.log("One article:");
  const { content } = data(await client.query(Article, { id: newest.node.id }));
  if (content && "body" in content && Array.isArray(content.body)) {
    console.log(`    ${content.title}: ${content.kind}, ${content.body.length} blocks, version ${content.version}`);
  }
}

console.log("The access token has run out (here: spoilt); two requests at once renew it once:");
const later = new Sotay({ address, fetch: shown, session: { ...kept!, accessToken: "over" } });
const [me] = await Promise.all([later.query(Me, {}), later.query(Home, { first: 1 })]);
const person = data(me).me;
console.log(`    ${person?.code} ${person?.fullName}, ${person?.cell?.name}`);
console.log(`    ${person?.path.map((unit) => unit.name).join(" > ")}`);
