// npm ci && npm run build: writes ../vendor/codemirror/codemirror.js and the licences beside it.
// No source map: the manifest storage would look for it.
import { build } from "esbuild";
import { readdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";

const target = new URL("../vendor/codemirror/", import.meta.url).pathname;

await build({
    entryPoints: ["codemirror.js"],
    outfile: target + "codemirror.js",
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2020",
    sourcemap: false,
    legalComments: "none",
    banner: { js: "/* CodeMirror 6, MIT licence, see LICENSE beside this file. Built from static/src. */" },
});

const packages = ["@codemirror", "@lezer", "@marijn"].flatMap((scope) =>
    existsSync(`node_modules/${scope}`) ? readdirSync(`node_modules/${scope}`).map((name) => `${scope}/${name}`) : [],
);
const texts = new Map();
for (const name of [...packages, "style-mod", "w3c-keyname", "crelt"].sort()) {
    const about = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
    const text = readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim();
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${about.version}`]);
}
writeFileSync(target + "LICENSE", [...texts].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`).join("\n----\n\n"));
