// Asks every document through npm's statuspage.io, which takes an address of its
// own (setApiUrl). Its three calls for maintenances all ask for the upcoming ones.
const {Statuspage} = require('statuspage.io');
const [base] = process.argv.slice(2);

async function main() {
	const s = new Statuspage('bonghwa');
	s.setApiUrl(base);
	const {api} = s;
	console.log(JSON.stringify({
		summary: await api.getSummary(), status: await api.getStatus(), components: await api.getComponents(),
		incidents: await api.incidents.getAll(), unresolved: await api.incidents.getUnresolved(),
		upcoming: await api.scheduledMaintenances.getUpcoming(),
	}));
}

main().catch(e => {
	console.error(e);
	process.exit(1);
});
