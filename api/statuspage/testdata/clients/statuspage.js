// Asks every document through npm's statuspage.js, which knows pages by their id
// alone: https://<id>.statuspage.io. Its HTTP client's adapter, a setting of axios,
// leads that host to the address given; the package's own code stays as it is.
const {createRequire} = require('node:module');
const [base] = process.argv.slice(2);

const client = require.resolve('statuspage.js');
const axios = createRequire(client)('axios');
const ask = axios.defaults.adapter;
axios.defaults.adapter = config => {
	if (!config.baseURL.startsWith('https://bonghwa.statuspage.io/')) throw new Error('it asks ' + config.baseURL);
	return ask({...config, baseURL: config.baseURL.replace('https://bonghwa.statuspage.io', base)});
};
const {Statuspage, StatuspageUpdates} = require(client);

async function main() {
	const s = new Statuspage('bonghwa');
	const out = {
		summary: await s.summary(), status: await s.status(), components: await s.components(),
		incidents: await s.allIncidents(), unresolved: await s.unresolvedIncidents(),
		planned: await s.allScheduledMaintenances(), active: await s.activeScheduledMaintenances(), upcoming: await s.upcomingScheduledMaintenances(),
	};
	out.dates = [out.summary.page.updated_at, out.incidents.incidents[0].created_at].every(d => d instanceof Date);
	// Its watcher compares the first update of the first incident with the last one seen.
	const watcher = new StatuspageUpdates('bonghwa');
	out.heard = [];
	watcher.on('incident_update', i => out.heard.push(i.incident_updates[0].body));
	await watcher.fetch();
	out.early = watcher.checkUpdate();
	await fetch(base + '/next');
	await watcher.fetch();
	out.late = watcher.checkUpdate();
	console.log(JSON.stringify(out));
}

main().catch(e => {
	console.error(e);
	process.exit(1);
});
