// How many voters of a block each one hides among, before peers that tell each other all they know.
//
// What they know of a block: the block itself, the own records of those among them who are in it, and
// the lists that they read on its way (a seed of two, a pool). Two voters are told apart by a list that
// holds one of them; those that no list tells apart are a class, and their votes are known to be the
// class's and no more. A class of one is a voter whose vote is known.
// Thread rule: any thread. Source: protocol document, 1.6.5 (N1, N2) and 1.6.8 (BN-4, BN-5).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "sim/observe/vote_view.h"

namespace sim {

// By the order of block.tickets: the size of each voter's class. knows(peer): it is one of them.
template <typename Knows>
[[nodiscard]] std::vector<uint32_t> AnonymityIn(const VoteView& view, const VoteBlockSeen& block,
                                                const Knows& knows);

// Of each ticket: which of the lists hold it, by a number that is the same for the same lists.
class ListClasses {
 public:
  explicit ListClasses(size_t voters) : marks_(voters, 0) {}

  // A list that tells the voters at these places from the others.
  void Split(std::span<const size_t> held);

  [[nodiscard]] std::vector<uint32_t> Sizes() const;

 private:
  std::vector<uint64_t> marks_;  // Equal for voters that no list tells apart.
  uint64_t lists_ = 0;
};

// Where in `all` the members of `some` stand; those that do not are left out.
[[nodiscard]] std::vector<size_t> PlacesOf(std::span<const core::Key256> some,
                                           std::span<const core::Key256> all);

template <typename Knows>
std::vector<uint32_t> AnonymityIn(const VoteView& view, const VoteBlockSeen& block,
                                  const Knows& knows) {
  ListClasses classes(block.tickets.size());
  std::vector<core::Key256> nonces;
  std::vector<uint32_t> read;
  for (size_t i = 0; i < block.tickets.size(); ++i) {
    const VoteAttempt* attempt = view.FindAttempt(block.tickets[i]);
    nonces.push_back(attempt == nullptr ? core::Key256{} : attempt->nonce);
    if (attempt != nullptr && knows(attempt->peer)) classes.Split({&i, 1});
    const std::vector<uint32_t>* lists = view.ListsWith(nonces.back());
    if (lists == nullptr) continue;
    for (const uint32_t list : *lists) {
      const ReadLists& lists_read = view.lists()[list];
      if (lists_read.known() && knows(lists_read.reader)) read.push_back(list);
    }
  }
  std::sort(read.begin(), read.end());
  read.erase(std::unique(read.begin(), read.end()), read.end());
  for (const uint32_t list : read) classes.Split(PlacesOf(view.lists()[list].nonces, nonces));
  return classes.Sizes();
}

}  // namespace sim
