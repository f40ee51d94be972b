"""``psr explain``: a rule with its formula, limits, source and what it can't tell."""

import argparse

from analyzer.cli import options, results

__all__ = ["add_parser", "run"]


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "explain",
        help="say what a rule measures, its limits, and where they come from",
        description="Without RULE, lists all rules with grade and sensors. With it, prints one in full.",
    )
    parser.add_argument("rule", metavar="RULE", nargs="?", help="code such as R07, or name such as contrast")
    options.add_rules(parser)
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print as JSON")
    shown.add_argument("--page", action="store_true", help="print the page of the documentation, docs/rules.md")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List the rules or print one."""
    from analyzer.errors import InputError
    from analyzer.mechanics.thresholds import load
    from analyzer.report.rules import rule_as_plain, rule_list, rule_page, rule_text

    thresholds = load(args.rules)
    if args.page and args.rule:
        raise InputError("--page is about all rules; leave RULE out")
    rules = thresholds.find(args.rule) if args.rule else tuple(thresholds.rules.values())
    if args.json:
        results.print_json([rule_as_plain(rule, thresholds) for rule in rules])
    elif args.page:
        print(rule_page(thresholds), end="")
    elif args.rule:
        print("\n".join(rule_text(rule, thresholds) for rule in rules), end="")
    else:
        print(rule_list(thresholds), end="")
    return results.EXIT_OK
