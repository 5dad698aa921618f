// Reads hooks, one JSON a line, and says of each what two packages that know
// nothing of us make of it.
const packages = {standardwebhooks: require("standardwebhooks"), svix: require("svix")};
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  const hook = JSON.parse(line);
  const body = Buffer.from(hook.body, "base64");
  const said = {};
  for (const [name, {Webhook}] of Object.entries(packages)) {
    try {
      new Webhook(hook.secret).verify(body.toString("utf8"), hook.headers);
      said[name] = "yes " + JSON.parse(body).type;
    } catch (e) {
      said[name] = "no";
    }
  }
  console.log(JSON.stringify(said));
}
