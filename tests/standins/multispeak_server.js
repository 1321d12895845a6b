// A billing and an outage system: npm `soap` does the SOAP, by the WSDLs it is given; the books are in memory.
// Usage: node multispeak_server.js SOAP_MODULE CB.wsdl OA.wsdl. Prints its port. POST /control changes what it does:
// {"reset": books}, {"trouble": {operation: {...}}}; GET /control tells of calls and payments.
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const soap = require(process.argv[2]);

const PASSWORD = "right-9d2f";
const KINDS = ["creditCardPayment", "achPayment", "cashPayment"];
let books, calls, payments, trouble, session, replyHeader;

function reset(given) {
  books = { accounts: {}, customers: {}, outages: {}, changed: null, page: 1000, ...given };
  [calls, payments, trouble, session] = [[], [], {}, 7];
}
reset({});

const fault = (code, text, statusCode) => ({
  Fault: { faultcode: `soap:${code}`, faultstring: text, ...(statusCode ? { statusCode } : {}) },
});
const list = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);
const errors = (...words) => ({ errorObject: words.map((errorString) => ({ attributes: { errorString } })) });

function account(args) {
  const found = books.accounts[args && args.accountNumber];
  if (!found) throw fault("Client", `Account ${args && args.accountNumber} was not found`, 500);
  return found;
}

function page(name, items, args, header) {
  const from = args && args.lastReceived ? items.findIndex((each) => each.attributes.objectID === args.lastReceived) + 1 : 0;
  const part = items.slice(from, from + books.page);
  const rest = items.length - from - part.length;
  header.ObjectsRemaining = String(rest);
  header.LastSent = part.length ? part[part.length - 1].attributes.objectID : "";
  header.SessionID = `session-${session}`;
  return { [name]: part };
}

const customers = (only) =>
  Object.entries(books.customers)
    .filter(([number]) => !only || only.includes(number))
    .map(([number, { verb, ...rest }]) => ({ attributes: { objectID: number, ...(verb ? { verb } : {}) }, ...rest }));
const locations = (test) =>
  Object.entries(books.accounts)
    .filter(([number, each]) => each.location && test(each, number))
    .map(([number, each]) => ({ attributes: { objectID: `L${number}` }, ...each.location, accountNumber: number }));
const since = (args) => (args.previousSessionID === `session-${session}` ? list(books.changed) : null);

// books what it is told once for each key, and says so
function pay(transactions, commits) {
  return {
    paymentTransaction: list(transactions && transactions.paymentTransaction).map((transaction) => {
      const kind = KINDS.find((each) => transaction[each]);
      const { tender } = list(transaction[kind])[0];
      const key = tender.attributes && tender.attributes.objectID;
      const known = books.accounts[transaction.accountNumber];
      const reply = { ...tender, attributes: { objectID: key } };
      if (!known) {
        reply.attributes.errorString = "No such account";
        reply.responseCode = "Failure";
      } else {
        reply.responseCode = "Success";
        const before = payments.find((each) => key && each.key === key);
        if (commits && !before) {
          payments.push({ key, account: transaction.accountNumber, kind, amount: String(tender.amount), tender });
        }
        reply.financialTransactionID = `R${1000 + payments.findIndex((each) => each.key === key)}`;
      }
      return { accountNumber: transaction.accountNumber, [kind]: [{ tender: reply }] };
    }),
  };
}

function listPayments() {
  const shown = payments.filter(() => !books.hidesPayments);
  const tender = (each, at) => ({
    attributes: { objectID: books.dropsKeys ? "" : each.key }, amount: each.amount,
    ...(books.dropsKeys ? {} : { financialTransactionID: `R${1000 + at}` }),
  });
  return {
    paymentTransactionList: [
      { paymentTransaction: shown.map((each, at) => ({ accountNumber: each.account, [each.kind]: [{ tender: tender(each, at) }] })) },
    ],
  };
}

const outage = (id) => ({ attributes: { objectID: id }, ...books.outages[id] });
const outageAt = (location) => (books.accounts[location && location.accountNumber] || {}).outage;

const operations = {
  PingURL: () => errors(),
  Methods: () => ({ string: Object.keys(operations) }),
  GetMethods: () => ({ string: Object.keys(operations) }),
  CustomerByCustId: (args) => {
    const [found] = customers([args.custId]);
    if (!found) throw fault("Client", "Customer not found");
    return found;
  },
  ServiceLocationByAccountNumber: (args) => ({ serviceLocation: locations((_, number) => number === args.accountNumber) }),
  ServiceLocationByCustId: (args) => ({ serviceLocation: locations((each) => each.location.custID === args.custId) }),
  PayableItemsList: (args) => ({ payableItem: list(account(args).items) }),
  BilledUsage: (args) => {
    const day = (args.cisBillDate instanceof Date ? args.cisBillDate.toISOString() : String(args.cisBillDate)).slice(0, 10);
    const bill = list(account(args).bills).find((each) => each.presentReadingDate.slice(0, 10) <= day);
    return { accountNumber: args.accountNumber, usageItemList: { usageItem: bill ? [bill] : [] } };
  },
  UsageByAccountNumber: (args) => ({ usage: [{ usageList: { usageInstance: list(account(args).usage) } }] }),
  AllCustomers: (args, header) => page("customer", customers(), args, header),
  ModifiedCustomers: (args, header) => page("customer", customers(since(args)), args, header),
  AllServiceLocations: (args, header) => page("serviceLocation", locations(() => true), args, header),
  ModifiedServiceLocations: (args, header) =>
    page("serviceLocation", locations((_, number) => !since(args) || list(books.changedAccounts).includes(number)), args, header),
  ProcessPaymentTransaction: (args) => pay(args.transactions, false),
  CommitPaymentTransaction: (args) => pay(args.transactions, true),
  PPMPayments: listPayments,
  PPMCustomer: (args) => account(args).prepaid || errors("Not a prepaid account"),
  RequestPaymentExtension: (args) => ({
    paymentExtension: list(args.extensionList.paymentExtension).map((each) => ({ ...each, ...account(each).extension })),
  }),
  GetOutageStatusByLocation: (args) => ({ attributes: { status: outageAt(args.location) ? "Confirmed" : "NoOutage" } }),
  GetOutageEventStatusByOutageLocation: (args) => outage(outageAt(args.location)),
  GetOutageEventStatus: (args) => ({ attributes: { objectID: args.outageEventID }, ETOR: books.outages[args.outageEventID].later }),
  GetOutageEvent: (args) => outage(args.outageEventID),
  GetActiveOutages: () => ({ string: Object.keys(books.outages) }),
  GetAllActiveOutageEvents: (args, header) => page("outageEvent", Object.keys(books.outages).map(outage), args, header),
  ODEventNotification: () => errors(),
};

function handler(name) {
  return (args, reply, headers, req) => {
    const given = ((headers || {}).MultiSpeakMsgHeader || {}).attributes || {};
    const header = {};
    calls.push({ operation: name, header: given, args, connection: req.headers.connection });
    const wrong = trouble[name] || {};
    if (wrong.fault) throw fault(wrong.fault, wrong.text || "it broke", wrong.status);
    if (given.Pwd !== PASSWORD) throw fault("Client", `Login failed for ${given.UserID} with ${given.Pwd}`);
    let result = operations[name](args || {}, header);
    if (wrong.result !== undefined) result = wrong.result;
    setTimeout(() => {
      replyHeader = header; // the answer is written within reply()
      reply({ [`${name}Result`]: result });
    }, wrong.delay || 0);
  };
}

const escape = (text) => String(text).replace(/[<&"]/g, (each) => `&#${each.charCodeAt(0)};`);
const handlers = Object.fromEntries(Object.keys(operations).map((name) => [name, handler(name)]));

function control(req, res) {
  let body = "";
  req.on("data", (chunk) => (body += chunk));
  req.on("end", () => {
    const told = body ? JSON.parse(body) : {};
    if (told.reset) reset(told.reset);
    if (told.books) Object.assign(books, told.books);
    if (told.trouble) trouble = told.trouble;
    res.end(JSON.stringify({ calls, payments }));
  });
}

// what goes wrong below SOAP: another answer, or none
function spoil(req, res) {
  const name = String(req.headers.soapaction || "").replace(/"/g, "").split("/").pop();
  const wrong = trouble[name] || {};
  if (wrong.body !== undefined) {
    req.resume();
    res.writeHead(wrong.status || 200, { "Content-Type": wrong.type || "text/xml", ...(wrong.headers || {}) });
    res.end(wrong.repeat ? wrong.body.repeat(wrong.repeat) : wrong.body);
    return true;
  }
  if (wrong.hangUp) {
    res.end = () => req.socket.destroy(); // after the work was done
    res.write = () => true;
  }
  return false;
}

const server = http.createServer((req, res) => control(req, res));
const files = Object.entries({ CB_Server: process.argv[3], OA_Server: process.argv[4] });
let waiting = files.length;

function ready() {
  if (--waiting) return;
  const listeners = server.listeners("request").slice();
  server.removeAllListeners("request");
  server.on("request", (req, res) => spoil(req, res) || listeners.forEach((each) => each.call(server, req, res)));
  console.log(server.address().port);
}

server.listen(0, "127.0.0.1", () => {
  for (const [name, file] of files) {
    const services = { [name]: { [`${name}Soap`]: handlers, [`${name}Soap12`]: handlers } };
    const options = { path: `/${name}.asmx`, services, xml: fs.readFileSync(file, "utf8"), callback: ready };
    const served = soap.listen(server, options);
    // a header is made before the operation runs, which decides what stands in it
    served.addSoapHeader('<MultiSpeakMsgHeader xmlns="http://www.multispeak.org/Version_3.0" @@/>');
    served.on("response", (response) => {
      const parts = Object.entries(replyHeader || {}).map(([key, value]) => `${key}="${escape(value)}"`);
      response.result = response.result.replace("@@", parts.join(" "));
    });
  }
});
process.stdin.on("end", () => process.exit(0)).resume(); // ends with whoever started it
