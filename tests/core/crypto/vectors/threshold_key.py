#!/usr/bin/env python3
"""Makes threshold_key.json from the text of core/crypto/key_sharing.h and threshold_key.h alone, with the arithmetic of
combined_key.py and no code of ours or of libsodium's. Slow, and safe for nothing but this.

    tests/core/crypto/vectors/threshold_key.py            prints the file
"""

import json
import struct

from combined_key import G, IDENTITY, ORDER, add, drawn, encode, hashed, multiply, scalar, xchacha20poly1305


def number(n):
    return n.to_bytes(32, "little")


def coefficients_of(keys):
    every = hashed(64, b"orbweaver owners 1", *keys)
    return [scalar(hashed(64, b"orbweaver coefficient 1", every, key)) for key in keys]


def combined(keys, secrets):
    total = IDENTITY
    for weight, secret in zip(coefficients_of(keys), secrets):
        total = add(total, multiply(weight * secret % ORDER, G))
    return encode(total)


def box(key, secret, once, context, record, size):
    """Sealed to key, whose secret is known here."""
    ephemeral, shared = encode(multiply(once, G)), encode(multiply(once * secret % ORDER, G))
    box_key = hashed(32, b"orbweaver box 1", ephemeral, shared, key, context)
    plaintext = (struct.pack(">H", len(record)) + record).ljust(size + 2, b"\0")
    return ephemeral + xchacha20poly1305(box_key, bytes(24), context, plaintext)


def value_at(polynomial, x):
    return sum(coefficient * x**k for k, coefficient in enumerate(polynomial)) % ORDER


def opening(key, share, base):
    element = encode(multiply(share, base))
    nonce = scalar(hashed(64, b"orbweaver share nonce 1", number(share), key, encode(base)))
    told = (key, encode(multiply(share, G)), encode(base), element, encode(multiply(nonce, G)), encode(multiply(nonce, base)))
    challenge = scalar(hashed(64, b"orbweaver share 1", *told))
    return [element.hex(), number(challenge).hex(), number((nonce + challenge * share) % ORDER).hex()]


def vector(owners, threshold, record):
    label = f"{threshold} of {owners}"
    by_key = {encode(multiply(scalar(drawn(f"{label} {i}")), G)): scalar(drawn(f"{label} {i}")) for i in range(owners)}
    keys = sorted(by_key)
    secrets = [by_key[key] for key in keys]
    key, weights = combined(keys, secrets), coefficients_of(keys)
    context = hashed(32, b"context ", label.encode())
    polynomials, dealings = [], []
    for i, secret in enumerate(secrets):
        seed = drawn(f"{label} dealing {i}")
        polynomial = [secret] + [scalar(hashed(64, b"orbweaver dealt coefficient 1", seed, number(k))) for k in range(1, threshold)]
        parts = []
        for j in range(owners):
            alone = [keys[j]]
            part_context = hashed(32, b"orbweaver dealt part 1", context, key, number(i), number(j))
            once = scalar(hashed(64, b"orbweaver dealt ephemeral 1", seed, number(j)))
            parts.append(box(combined(alone, [secrets[j]]), coefficients_of(alone)[0] * secrets[j], once, part_context,
                             number(value_at(polynomial, j + 1)), 32).hex())
        polynomials.append(polynomial)
        dealings.append({"drawn": seed.hex(), "commitments": [encode(multiply(a, G)).hex() for a in polynomial], "shares": parts})
    shares = [sum(weight * value_at(polynomial, j + 1) for weight, polynomial in zip(weights, polynomials)) % ORDER
              for j in range(owners)]
    once = scalar(drawn(f"{label} once"))
    base = multiply(once, G)
    share_keys = [encode(multiply(share, G)) for share in shares]
    rehearsal = multiply(scalar(hashed(64, b"orbweaver possession 1", key, *share_keys)), G)
    secret = sum(weight * own for weight, own in zip(weights, secrets)) % ORDER
    return {"threshold": threshold, "drawn": [drawn(f"{label} {i}").hex() for i in range(owners)], "context": context.hex(),
            "combined": key.hex(), "dealings": dealings, "share_keys": [share_key.hex() for share_key in share_keys],
            "shares": [number(share).hex() for share in shares], "record": record.hex(),
            "drawn_once": drawn(f"{label} once").hex(), "sealed": box(key, secret, once, context, record, 512).hex(),
            "openings": [opening(key, share, base) for share in shares],
            "possessions": [opening(key, share, rehearsal) for share in shares]}


if __name__ == "__main__":
    print(json.dumps([vector(1, 1, b"one"), vector(3, 2, b"two of three"), vector(5, 3, b"\xff" * 512)], indent=1))
