"""The Merkle tree against the vectors of certificate-transparency, and against RFC 9162 written plainly."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import guanbao_verify
from guanbao.platform.ledger import merkle
from guanbao.platform.ledger.merkle import (
    consistency_holds,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    tree_hash,
)

# google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc
BODIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(body)) for body in BODIES]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [  # leaf from one, size, proof
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (3, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        2,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, INCLUSION[1][2]),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def over(leaves):
    return lambda start, end: tree_hash(leaves[start:end])


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size):
    assert tree_hash(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_the_root_of_nothing():
    assert tree_hash([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("leaf", "size", "proof"), INCLUSION)
def test_published_inclusion_proofs(leaf, size, proof):
    assert [step.hex() for step in inclusion_proof(leaf - 1, size, over(LEAVES))] == proof
    steps, root = [bytes.fromhex(step) for step in proof], bytes.fromhex(ROOTS[size - 1])
    assert inclusion_holds(LEAVES[leaf - 1], leaf - 1, size, steps, root)
    assert guanbao_verify.root_by_inclusion(LEAVES[leaf - 1], leaf - 1, size, steps) == root


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_published_consistency_proofs(old, new, proof):
    assert [step.hex() for step in consistency_proof(old, new, over(LEAVES))] == proof
    roots = bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1])
    for holds in (consistency_holds, guanbao_verify.is_consistent):
        assert holds(old, new, *roots, [bytes.fromhex(step) for step in proof])


def naive_root(leaves):
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = naive_split(len(leaves))
    return hashlib.sha256(b"\1" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def naive_path(m, leaves):
    if len(leaves) == 1:
        return []
    k = naive_split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m, leaves, *, whole):
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = naive_split(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole=whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], whole=False), naive_root(leaves[:k])]


sizes = st.integers(1, 300)
SOME = [leaf_hash(str(i).encode()) for i in range(300)]


@given(sizes, st.data())
def test_everything_as_the_rfc_defines_it(size, data):
    leaves = SOME[:size]
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, old_root = naive_root(leaves), naive_root(leaves[:old])
    assert tree_hash(leaves) == root
    path = inclusion_proof(index, size, over(leaves))
    assert path == naive_path(index, leaves)
    assert inclusion_holds(leaves[index], index, size, path, root)
    assert guanbao_verify.root_by_inclusion(leaves[index], index, size, path) == root
    proof = consistency_proof(old, size, over(leaves))
    assert proof == naive_subproof(old, leaves, whole=True)
    assert consistency_holds(old, size, old_root, root, proof)
    assert guanbao_verify.is_consistent(old, size, old_root, root, proof)


@given(st.integers(2, 300), st.data())
def test_a_damaged_proof_proves_nothing(size, data):
    leaves, root = SOME[:size], naive_root(SOME[:size])
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))

    def damaged(proof):
        steps = list(proof)
        match data.draw(st.sampled_from(["flip", "drop", "add"])):
            case "flip":
                at = data.draw(st.integers(0, len(steps) - 1))
                steps[at] = bytes([steps[at][0] ^ 1]) + steps[at][1:]
            case "drop":
                steps.pop(data.draw(st.integers(0, len(steps) - 1)))
            case "add":
                steps.insert(data.draw(st.integers(0, len(steps))), SOME[0])
        return steps

    path = damaged(inclusion_proof(index, size, over(leaves)))
    assert not inclusion_holds(leaves[index], index, size, path, root)
    assert guanbao_verify.root_by_inclusion(leaves[index], index, size, path) != root
    proof = damaged(consistency_proof(old, size, over(leaves)))
    for holds in (consistency_holds, guanbao_verify.is_consistent):
        assert not holds(old, size, naive_root(leaves[:old]), root, proof)


@pytest.mark.parametrize("holds", [consistency_holds, guanbao_verify.is_consistent])
def test_the_ends_of_consistency(holds):
    root, other = naive_root(SOME[:5]), naive_root(SOME[:4])
    assert holds(0, 5, merkle.EMPTY, root, [])
    assert not holds(0, 5, other, root, [])
    assert not holds(5, 5, other, root, [])
    assert not holds(5, 4, root, other, [])
    assert not holds(4, 5, other, root, [])


def test_no_leaf_stands_outside_the_tree():
    assert not inclusion_holds(SOME[0], 1, 1, [], SOME[0])
    assert not inclusion_holds(SOME[0], -1, 1, [], SOME[0])
    assert guanbao_verify.root_by_inclusion(SOME[0], 1, 1, []) is None
