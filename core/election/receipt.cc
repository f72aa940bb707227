#include "core/election/receipt.h"

#include "core/election/parts.h"

namespace core {
namespace {

Digest256 VoteLeaf(const Suite& suite, const VoteRecord& record) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Key(record.nonce);
  writer.Octets(record.sealed);
  return MerkleLeafHash(suite, bytes);
}

MerkleTree TreeOfVotes(const Suite& suite, const VoteBlock& block) {
  MerkleTree tree(suite);
  for (const VoteRecord& record : block.votes) tree.Add(VoteLeaf(suite, record));
  return tree;
}

Digest256 BlockLeaf(const Suite& suite, const Key256& cid, const TreeHead& votes) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kBlockLeafDomain);
  writer.Key(cid);
  writer.U64(votes.size);
  writer.Fixed(votes.root);
  return MerkleLeafHash(suite, bytes);
}

constexpr size_t kProofMax = 64;  // A digest for each bit of a position.

void PutProof(PartWriter& writer, const MerkleProof& proof) {
  writer.List(proof, [](PartWriter& out, const Digest256& digest) { out.Fixed(digest); });
}

MerkleProof TakeProof(PartReader& reader) {
  return reader.List("digests of a proof", kProofMax, [](PartReader& in) {
    Digest256 digest;
    in.Fixed(digest);
    return digest;
  });
}

}  // namespace

Bytes Encode(const Receipt& receipt) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kReceiptDomain);
  writer.Key(receipt.cid);
  PutHead(writer, receipt.votes);
  writer.U64(receipt.vote);
  PutProof(writer, receipt.in_block);
  writer.U64(receipt.block);
  PutProof(writer, receipt.in_blocks);
  return bytes;
}

StatusOr<Receipt> DecodeReceipt(std::span<const uint8_t> bytes) {
  PartReader reader(bytes);
  Receipt receipt;
  reader.Literal(kReceiptDomain);
  receipt.cid = reader.Key();
  receipt.votes = TakeHead(reader);
  receipt.vote = reader.U64();
  receipt.in_block = TakeProof(reader);
  receipt.block = reader.U64();
  receipt.in_blocks = TakeProof(reader);
  RETURN_IF_ERROR(reader.End("receipt"));
  return receipt;
}

MerkleTree TreeOfBlocks(const Suite& suite, std::span<const CommittedBlock> blocks) {
  MerkleTree tree(suite);
  for (const CommittedBlock& block : blocks) {
    tree.Add(BlockLeaf(suite, block.cid, TreeOfVotes(suite, block.block).Head()));
  }
  return tree;
}

std::optional<Receipt> ReceiptFor(const Suite& suite, std::span<const CommittedBlock> blocks,
                                  const Key256& nonce) {
  for (size_t b = 0; b < blocks.size(); ++b) {
    const VoteBlock& block = blocks[b].block;
    for (size_t i = 0; i < block.votes.size(); ++i) {
      if (block.votes[i].nonce != nonce) continue;
      const MerkleTree votes = TreeOfVotes(suite, block);
      return Receipt{.cid = blocks[b].cid,
                     .votes = votes.Head(),
                     .vote = i,
                     .in_block = votes.InclusionProof(i, votes.size()),
                     .block = b,
                     .in_blocks = TreeOfBlocks(suite, blocks).InclusionProof(b, blocks.size())};
    }
  }
  return {};
}

bool VerifyReceipt(const Suite& suite, const TreeHead& blocks, const VoteRecord& record,
                   const Receipt& receipt) {
  return VerifyInclusion(suite, receipt.votes, receipt.vote, VoteLeaf(suite, record),
                         receipt.in_block) &&
         VerifyInclusion(suite, blocks, receipt.block, BlockLeaf(suite, receipt.cid, receipt.votes),
                         receipt.in_blocks);
}

}  // namespace core
