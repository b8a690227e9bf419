/* GraphiQL with the token of the person at the page; a new one is asked for half a minute before the old one ends. */
(() => {
  const place = document.getElementById('explorer');
  const { tokenUrl, csrf } = place.dataset;
  let held = null;

  const token = async () => {
    if (held && held.until > Date.now()) return held.token;
    const answer = await fetch(tokenUrl, { method: 'POST', headers: { 'X-CSRFToken': csrf } });
    if (!answer.ok || answer.redirected) {
      window.location.reload(); // signed out: the admin asks for the password and comes back here
      return '';
    }
    const facts = await answer.json();
    held = { token: facts.token, until: Date.now() + (facts.expiresIn - 30) * 1000 };
    return held.token;
  };

  const fetcher = async ({ query, variables, operationName }) => {
    const answer = await fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${await token()}` },
      body: JSON.stringify({ query, variables, operationName }),
    });
    return answer.json();
  };

  const start = '# Ctrl+Enter để gửi.\nquery {\n  articles(first: 3) {\n    edges { node { title publishedAt } }\n  }\n}\n';
  ReactDOM.createRoot(place).render(React.createElement(GraphiQL, { fetcher, defaultQuery: start }));
})();
