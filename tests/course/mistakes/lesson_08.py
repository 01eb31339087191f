"""Typical wrong answers to the exercises of lesson 08: number, answer, pattern of the facts in the message."""

import torch


def crossing(depth=lambda z, joint, other: z[:, other], place=lambda g, joint, other: g[:, joint], size=None):
    def wrong(lift, x2d, joint, other):
        x2d = x2d.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(depth(lift(x2d), joint, other).sum(), x2d)
        return (size or (lambda g: g.norm(dim=-1).mean()))(place(gradient, joint, other))

    return wrong


def values_moved(lift, x2d, joint, other):
    x2d[:, joint] += 0.01
    return (lift(x2d)[:, other]).abs().mean()


def a_small_step(lift, x2d, joint, other):
    there = x2d.clone()
    there[:, joint] += 0.001
    return (lift(there) - lift(x2d))[:, other].abs().mean() / 0.001


def gradient_of_a_plain_input(lift, x2d, joint, other):
    lift(x2d)[:, other].sum().backward()
    return x2d.grad[:, joint].norm(dim=-1).mean()


REQUIRES = r"`x2d = x2d\.clone\(\)\.requires_grad_\(\)`.*does not require grad.*in line \d+"

WRONG = [
    ("08.1", "a", r"output layer.*all of h"),
    ("08.1", "C", r"Fixed weights"),
    ("08.1", "d", r"networks of their own"),
    ("08.1", "e", r"one feature of the legs is enough"),
    ("08.2", crossing(lambda z, joint, other: z[:, joint], lambda g, joint, other: g[:, other]), r"other way round"),
    ("08.2", crossing(size=lambda g: g.norm(dim=-1).sum()), r"known.*\d+\.\d+, found \d+.*not the mean"),
    ("08.2", crossing(lambda z, joint, other: z), r"all depths together"),
    ("08.2", crossing(size=lambda g: g.abs().sum(-1).mean()), r"length of the gradient"),
    ("08.2", crossing(size=lambda g: g.mean(0).norm()), r"Mean gradients"),
    ("08.2", crossing(lambda z, joint, other: z[:, other].mean()), r"poses twice"),
    ("08.2", crossing(size=lambda g: g.square().sum(-1).mean()), r"squared length"),
    ("08.2", crossing(size=lambda g: g.norm()), r"one length for all"),
    ("08.2", crossing(size=lambda g: g.norm(dim=0).mean()), r"along the poses"),
    ("08.2", crossing(size=lambda g: g.mean()), r"mean of dz/dx and dz/dy"),
    ("08.2", crossing(size=lambda g: g.norm(dim=-1)), r"one number.*\(32,\)"),
    ("08.2", a_small_step, r"over x and y"),
    ("08.2", values_moved, r"changed its input"),
    ("08.2", lambda lift, x2d, joint, other: torch.autograd.grad(lift(x2d).sum(), x2d)[0], REQUIRES),
    ("08.2", gradient_of_a_plain_input, REQUIRES),
]
