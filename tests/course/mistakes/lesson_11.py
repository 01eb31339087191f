"""Typical wrong answers to the exercises of lesson 11: number, answer, pattern of the facts in the message."""

import torch


def twice(call, x2d):
    return not torch.equal(call(x2d), call(x2d))


def exactly(call, x2d):
    return not torch.equal(call(x2d)[:4], call(x2d[:4]))


def in_another_order(call, x2d):
    return not torch.allclose(call(x2d).flip(0), call(x2d.flip(0)), atol=1e-4)


def all_twice(call, x2d):
    return not torch.allclose(call(torch.cat([x2d, x2d]))[:24], call(x2d), atol=1e-4)


def exchanged(call, x2d):
    return torch.allclose(call(x2d)[:4], call(x2d[:4]), atol=1e-4)


WRONG = [
    ("11.1", twice, r"mean and spread of the batch .*depths depend .*found False"),
    ("11.1", exactly, r"fixed map .*1e-6.* do not depend .*found True"),
    ("11.1", in_another_order, r"mean and spread .*found False"),
    ("11.1", all_twice, r"found False"),
    ("11.1", exchanged, r"found False"),
    ("11.1", lambda call, x2d: call.training, r"AttributeError"),
    ("11.1", lambda call, x2d: call(x2d), r"one number, found .*\(24, 17\)"),
    ("11.2", "a", r"far what was near"),
    ("11.2", "c", r"same problem"),
    ("11.2", "e", r"For a positive z two turns demand -z"),
    ("11.2", "(d)", r"another place"),
    ("11.3", 17 / 16, r"too large.*pelvis gets an error"),
    ("11.3", 1.0, r"too small.*joints=16"),
    ("11.3", 0.964, r"too small.*the larger"),
    ("11.3", 1.2, r"too large.*mean over seeds"),
]
