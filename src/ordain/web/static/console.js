// The viewer, and the token its calls bear: asked for when the first call is made, and again when its hour is over.
const root = document.getElementById("console");
let token = { text: "", until: 0 };

async function bearer() {
  if (Date.now() > token.until) {
    const answer = await fetch("/console/token", { method: "POST", body: new URLSearchParams({ csrf: root.dataset.csrf }) });
    if (!answer.ok || answer.redirected) {
      window.location.reload(); // the session is over: the page asks to sign in
      throw new Error("signed out");
    }
    const given = await answer.json();
    token = { text: given.access_token, until: Date.now() + (given.expires_in - 60) * 1000 };
  }
  return token.text;
}

SwaggerUIBundle({
  url: "/openapi.json",
  domNode: root,
  docExpansion: "none",
  filter: true,
  syntaxHighlight: false,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: -1,
  requestInterceptor: async (request) => {
    if (!request.loadSpec) {
      request.headers.Authorization = `Bearer ${await bearer()}`;
    }
    return request;
  },
  responseInterceptor: (answer) => {
    if (answer.status === 401) {
      token.until = 0; // somebody signed out elsewhere, or withdrew it: the next call asks for another one
    }
    return answer;
  },
});
