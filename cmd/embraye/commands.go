package main

import (
	"context"
	"crypto"
	"crypto/rsa"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// command is one entry of the list: its words, what follows them, and what it
// does.
type command struct {
	words string // "user add"
	args  string // "--email E --name N --role ROLE [--password-stdin]"
	does  string
	run   func(ctx context.Context, c *call) error
}

func (c command) usage() string { return strings.TrimSpace("embraye " + c.words + " " + c.args) }

// commands lists everything that the program offers, in the order of help.
func commands() []command {
	return []command{
		{"serve", "[--first-start]", "serve until SIGTERM or SIGINT; the first start creates keys and actors", serve},
		{"migrate", "[--status]", "bring the database up to date, or say how far it is", migrate},
		{"user add", "--email E --name N --role ROLE [--password-stdin]", "add a person of the organisation", userAdd},
		{"user list", "", "list the people", userList},
		{"user role", "EMAIL ROLE", "change a person's role", userRole},
		{"user password", "EMAIL --password-stdin", "set a person's password", userPassword},
		{"user disable", "EMAIL", "take a person's access away", userDisable},
		{"user enable", "EMAIL", "give a person's access back", userEnable},
		{"user factor", "--email E [--remove]", "show what a person signs in with besides the password, or take it away from somebody locked out", userFactor},
		{"user setup-link", "", "print a new one-time link that makes the first admin, or one where none is left", userSetupLink},
		{"publish", "--measure M --stage S --subject S --territory T --title T --summary S [--evidence URL]… [fields…]", "publish a constat", publish},
		{"revise", "ID|REVIEW --kind typo|substance --reason R [--quiet] [fields…]", "correct a constat, or a review of ours", revise},
		{"withdraw", "ID|REVIEW --reason R [--erase]", "withdraw a constat or a review of ours for good", withdraw},
		{"peer look", "@org@host|URL", "look at another organisation's instance and keep nothing", peerLook},
		{"peer add", "@org@host|URL [--gather=false] [--boost] [--trust-reviews] [--copies]", "follow another organisation's measures and keep what arrives", peerAdd},
		{"peer import", "FILE|URL [--dry-run] [--gather=false] [--boost] [--trust-reviews] [--copies]", "add whoever a list names: a handle or address a line, remarks after #; - reads standard input", peerImport},
		{"peer list", "", "list the peers", peerList},
		{"peer show", "@org@host|URL", "show one peer: what it says of itself, what was read of its past, what waits", peerShow},
		{"peer remove", "@org@host|URL [--forget]", "stop following a peer", peerRemove},
		{"peer sync", "", "read what the peers say of themselves; changes wait for accept or decline", peerSync},
		{"peer accept", "@org@host|URL", "agree to what a peer says of itself now: keys, measures, reference text", peerAccept},
		{"peer decline", "@org@host|URL", "leave things as they are, and do not ask about that change again", peerDecline},
		{"peer gather", "@org@host|URL", "read a peer's past once more", peerGather},
		{"review list", "", "list the reviews of others, and what was decided about them", reviewList},
		{"review show", "REVIEW", "show a review of others below the constat that it is about", reviewShow},
		{"review hide", "REVIEW --reason R", "take a review of others off the site; the reason stands in the public journal", reviewHide},
		{"review", "--of URL --verdict VERDICT [--reason R] [--evidence URL]…", "say what we think of another organisation's constat", review},
		{"answer", "REVIEW --text T [--maintain]", "answer a review of a constat of ours, once", answerReview},
		{"boost", "--as MEASURE URL", "boost a post or video as a measure", boost},
		{"unboost", "[--as MEASURE] URL", "take back what measures boost", unboost},
		{"block add", "DOMAIN [--severity suspend|silence] [--comment TEXT] [--private-comment TEXT] [--reject-reports] [--obfuscate] [--dry-run]", "refuse a domain and its subdomains, in and out, or limit them; with --dry-run say what that does", blockAdd},
		{"block remove", "DOMAIN", "end a block; what it put aside comes back", blockRemove},
		{"block list", "", "list the domains that are blocked or limited", blockList},
		{"block import", "FILE|- [--dry-run]", "block or limit the domains of a list: Mastodon's CSV, GoToSocial's JSON, one domain a line; with --dry-run say what each line would do", blockImport},
		{"allow add", "DOMAIN [--comment TEXT]", "let a domain and its subdomains speak to an instance in allow-list mode, beside its peers", allowAdd},
		{"allow remove", "DOMAIN", "let a domain in no more; what it said stays", allowRemove},
		{"allow list", "", "list the domains of the circle", allowList},
		{"block subscribe", "URL [--name N] [--allows]", "read a list of domains every day; what it names is proposed, for blocks or for the circle, and nothing is done before somebody accepts it", blockSubscribe},
		{"block unsubscribe", "URL", "read a list of domains no more; what was accepted from it stays blocked", blockUnsubscribe},
		{"block lists", "", "show the lists that are subscribed to, and which cannot be read", blockLists},
		{"block drafts accept", "DOMAIN…|--all-without-effects", "do what lists propose: block a domain, let one in, or lift what its list took back", blockDraftsAccept},
		{"block drafts refuse", "DOMAIN…|--all-without-effects", "leave a domain as it is; the lists that propose it are not heard about it again", blockDraftsRefuse},
		{"block drafts", "", "show what lists propose, and what it would do", blockDrafts},
		{"block export", "[FILE]", "write the blocked domains in Mastodon's CSV format", blockExport},
		{"deliveries list", "[--host H] [--state STATE] [--limit N]", "show what waits or was given up", deliveriesList},
		{"deliveries retry", "[--host H] [--now]", "try again what was given up; with --now also what waits", deliveriesRetry},
		{"deliveries drop", "--host H", "give up what waits for a host", deliveriesDrop},
		{"check", "[--mail ADDRESS]", "say what is wrong with this instance and what to do: names, certificate, proxy, federation, mail, database, disk, backups", checkUp},
		{"jobs", "", "show what the program does by itself: when it was done, what failed, what waits", listJobs},
		{"standings", "[--rebuild]", "compare where scopes stand with what the constats say; with --rebuild mend what differs", standings},
		{"evidence list", "[--state STATE] [--look LOOK]", "list the copies of pages that constats name as evidence, and how much room they take", evidenceList},
		{"evidence ask", "URL", "copy a page before it is evidence", evidenceAsk},
		{"evidence again", "COPY", "try a failed copy once more, or make another of the same page; the older one stays", evidenceAgain},
		{"evidence show", "COPY --visibility WHO [--licence L] [--quotation WORDS]", "decide who sees a copy: editors, everybody a few lines of it, everybody all of it", evidenceShow},
		{"evidence drop", "COPY --reason R", "take a copy away for good; its hash stays, the reason stands in the public journal", evidenceDrop},
		{"demo", "[--remove]", "fill an empty instance with constats to look at, or take them away", demo},
		{"key rotate", "ACTOR", "give an actor a new signing key", keyRotate},
		{"backup", "FILE|FOLDER|- [--encrypt KEY]… [--keep N]", "copy everything into one file, beside a running server; - writes to standard output", backUp},
		{"restore", "FILE|- [--dry-run] [--identity FILE]", "put a backup back where no instance is yet; with --dry-run only read it", restore},
		{"export", "DIR", "write open formats to leave with into a new folder, beside a running server: constats, reviews, evidence, followers, blocks", exportAll},
		{"import", "DIR [--dry-run]", "bring here what `export` wrote on another instance: constats with their versions, evidence, blocks, the profile; nobody is told", importAll},
		{"move", "--to URL [--dry-run] | --from URL", "tell the followers that the organisation is on another instance now; before that, say there where it came from", move},
		{"journal restart", "--reason R", "close the public log and begin another one, where leaves are lost that others have seen; the reason stands in the public journal", journalRestart},
		{"journal", "", "show where the public log stands: its name, its key, how many acts it has", journal},
		{"witness add", "VKEY URL", "have somebody sign the public log who is no peer; URL is where checkpoints are posted", witnessAdd},
		{"witness list", "", "list who signs the public log, and since when somebody does not", witnessList},
		{"witness remove", "VKEY|NAME", "ask a witness no more", witnessRemove},
		{"verify", "URL|FILE [--policy FILE] [--object FILE]", "verify a version of a constat or a review, a proof in a file, or with the address of an instance all of it, against its public log; exit 3 is not witnessed yet, 4 inconsistent, 5 unverifiable", verifyIt},
		{"version", "", "print the version", printVersion},
	}
}

// call is one command on its way: the flags that all commands share, and what
// it was called with.
type call struct {
	*program
	command command
	argv    []string
	flags   *flag.FlagSet

	config string // --config
	json   bool   // --json
	as     string // --as, where offered
	anew   bool   // serve --first-start

	signing func(*rsa.PrivateKey) crypto.Signer // of a server that has something faster than Go; else nil
}

// dispatch finds the command that the arguments begin with.
func (p *program) dispatch(ctx context.Context, args []string) error {
	config, args, err := leadingConfig(args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		p.help(p.stderr)
		return usagef("no command given")
	}
	switch {
	case slices.Contains(helpWords, args[0]):
		return p.helpOn(args[1:])
	case args[0] == "-version", args[0] == "--version":
		args = []string{"version"}
	}
	for _, c := range commands() {
		words := strings.Fields(c.words)
		if len(args) >= len(words) && slices.Equal(args[:len(words)], words) {
			return c.run(ctx, p.newCall(c, args[len(words):], config))
		}
	}
	if slices.Contains(helpWords, args[len(args)-1]) { // of several commands: `peer --help`
		return p.helpOn(args[:len(args)-1])
	}
	return unknownCommand(args)
}

var helpWords = []string{"help", "-h", "-help", "--help"}

// leadingConfig allows --config before the command too.
func leadingConfig(args []string) (file string, rest []string, err error) {
	if len(args) == 0 || !strings.HasPrefix(args[0], "-") {
		return "", args, nil
	}
	name, value, has := strings.Cut(strings.TrimLeft(args[0], "-"), "=")
	switch {
	case name != "config":
		return "", args, nil
	case has:
		return value, args[1:], nil
	case len(args) < 2:
		return "", nil, usagef("--config wants the name of a file")
	}
	return args[1], args[2:], nil
}

func unknownCommand(args []string) error {
	var under, first []string
	for _, c := range commands() {
		head, tail, _ := strings.Cut(c.words, " ")
		if head == args[0] {
			under = append(under, tail)
		}
		if !slices.Contains(first, head) {
			first = append(first, head)
		}
	}
	if len(under) > 0 {
		allowed := strings.Join(under, ", ")
		if len(args) == 1 {
			return usagef("%s wants one of its commands: %s", args[0], allowed)
		}
		return usagef("%s: %q is not one of its commands; allowed: %s", args[0], args[1], allowed)
	}
	return usagef("unknown command %q; allowed: %s, help", args[0], strings.Join(first, ", "))
}

func (p *program) newCall(c command, argv []string, config string) *call {
	k := &call{program: p, command: c, argv: argv, flags: flag.NewFlagSet(c.words, flag.ContinueOnError), config: config}
	k.flags.SetOutput(io.Discard) // exitCode says it, once
	k.flags.StringVar(&k.config, "config", config, "read settings from `FILE`")
	return k
}

// jsonFlag offers --json, asFlag --as.
func (c *call) jsonFlag() { c.flags.BoolVar(&c.json, "json", false, "print one JSON document") }

func (c *call) asFlag() {
	c.flags.StringVar(&c.as, "as", "", "act as the person with this `EMAIL`; without it, as the operator")
}

// errHelped ends a command that was only asked for its usage.
var errHelped = errors.New("help was asked for")

// given tells whether a flag was there.
func (c *call) given(name string) (there bool) {
	c.flags.Visit(func(f *flag.Flag) { there = there || f.Name == name })
	return there
}

// parse reads flags and arguments in any order and wants exactly the named
// arguments; a name in brackets may be missing.
func (c *call) parse(names ...string) ([]string, error) {
	var got []string
	rest := c.argv
	for {
		if err := c.flags.Parse(rest); err != nil {
			return nil, c.usageError(err)
		}
		if c.flags.NArg() == 0 {
			break
		}
		// After "--" everything is an argument; before it flags may follow.
		if consumed := len(rest) - c.flags.NArg(); consumed > 0 && rest[consumed-1] == "--" {
			got = append(got, c.flags.Args()...)
			break
		}
		got = append(got, c.flags.Arg(0))
		rest = c.flags.Args()[1:]
	}
	for i, name := range names {
		if i >= len(got) && !strings.HasPrefix(name, "[") {
			return nil, c.usageError(fmt.Errorf("%s is missing", name))
		}
	}
	if len(got) > len(names) {
		return nil, c.usageError(fmt.Errorf("unexpected argument %q", got[len(names)]))
	}
	for len(got) < len(names) {
		got = append(got, "")
	}
	return got, nil
}

func (c *call) usageError(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		c.describe(c.stdout)
		return errHelped
	}
	return &usageError{text: fmt.Sprintf("%s: %v", c.command.words, err), usage: c.command.usage()}
}
