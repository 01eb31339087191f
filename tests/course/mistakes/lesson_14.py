"""Typical wrong answers to the exercises of lesson 14: number, answer, pattern of the facts in the message."""


def fair(policy="last", unpaired=False, how="mean", order=("pa_mpjpe_reflection", "pa_mpjpe"), sign=1):
    def wrong(results, first, second):
        rows = results if policy is None else results[results.policy == policy]
        answer = []
        for metric in order:
            one, other = (rows[rows.representation == name].set_index("seed")[metric] for name in (first, second))
            if unpaired:
                answer.append(sign * (one.agg(how) - other.agg(how)))
            else:
                answer.append(sign * (one - other).mean())
        return answer

    return wrong


FOUND = {"best_seed", "one_alignment", "oracle_checkpoint", "uncorrected_p"}
WRONG = [
    ("14.1", FOUND - {"uncorrected_p"}, r"right so far, one is missing\. .*how many comparisons"),
    ("14.1", FOUND - {"oracle_checkpoint", "best_seed"}, r"2 are missing\. .*which seeds.*when does each training"),
    ("14.1", "hidden parameters", r"Not hidden_parameters\. .*8 %"),
    ("14.1", [*FOUND, "few_seeds"], r"Not few_seeds\. Eight.*best_seed.*right so far"),
    ("14.1", "no limitation, one alignment", r"Not no_limitation.*one_alignment: right so far"),
    ("14.2", fair(policy="oracle"), r"a against b expected .*oracle's checkpoint"),
    ("14.2", fair(policy=None, unpaired=True), r"all policies"),
    ("14.2", fair(unpaired=True), r"seed by seed"),
    ("14.2", fair(unpaired=True, how="min"), r"best seeds"),
    ("14.2", fair(sign=-1), r"second minus first"),
    ("14.2", fair(order=("pa_mpjpe", "pa_mpjpe_reflection")), r"reflection comes first"),
    ("14.2", fair(order=("pa_mpjpe_reflection",)), r"\(2,\), found \(1,\)"),
    ("14.3", "a", r"because of its result"),
    ("14.3", "b)", r"new plan"),
    ("14.3", "D", r"lucky ones"),
    ("14.3", "e", r"Not shown is not excluded"),
]
