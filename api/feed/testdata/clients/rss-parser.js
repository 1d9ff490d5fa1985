// Reads RSS and Atom through npm's rss-parser and writes what it found of each.
const Parser = require('rss-parser');
const [base, ...paths] = process.argv.slice(2);

async function main() {
	const parser = new Parser({customFields: {item: ['maintenanceEndDate']}});
	const out = {};
	for (const path of paths) {
		const feed = await parser.parseURL(base + path);
		out[path] = {
			title: feed.title, link: feed.link,
			items: feed.items.map(i => ({
				title: i.title, link: i.link, id: i.guid || i.id, date: i.isoDate, text: i.contentSnippet, end: i.maintenanceEndDate || '',
			})),
		};
	}
	console.log(JSON.stringify(out));
}

main().catch(e => {
	console.error(e);
	process.exit(1);
});
