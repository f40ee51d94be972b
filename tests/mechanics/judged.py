"""One rule's say out of all of them."""

from analyzer.mechanics.findings import findings, judgement


def found(made, rule, thresholds=None):
    """Return the finding of a rule, None if it was silent."""
    hits = [finding for finding in findings(made, thresholds) if finding.rule == rule]
    assert len(hits) <= 1
    return hits[0] if hits else None


def level(made, rule, thresholds=None):
    """Return the level of a rule, None if it was silent."""
    finding = found(made, rule, thresholds)
    return finding.level if finding else None


def reason(made, rule, thresholds=None):
    """Return why a rule said nothing."""
    table = judgement(made, thresholds).rules
    return table.loc[(table["rule"] == rule) & (table["input"] == "verdict"), "reason"].item()
