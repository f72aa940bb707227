#include "sim/observe/vote_view.h"

#include <algorithm>
#include <variant>

namespace sim {

void VoteView::Follow(const Fact& fact) {
  if (const auto* started = std::get_if<core::AttemptStarted>(&fact.what)) {
    *attempts_.Insert(started->ticket).first = {.peer = fact.peer,
                                                .template_cid = started->template_cid,
                                                .nonce = started->nonce,
                                                .pool = {},
                                                .epoch = 0};
  } else if (const auto* disclosed = std::get_if<core::SecretDisclosed>(&fact.what)) {
    Halves& halves = *seeds_.Insert(disclosed->seed).first;
    (disclosed->coordinates ? halves.coordinator : halves.partner) = disclosed->ticket;
  } else if (const auto* opened = std::get_if<core::SeedOpened>(&fact.what)) {
    OnSeedOpened(fact.peer, *opened);
  } else if (const auto* joined = std::get_if<core::PoolJoined>(&fact.what)) {
    OnPoolJoined(*joined);
  } else if (const auto* left = std::get_if<core::PoolLeft>(&fact.what)) {
    OnPoolLeft(*left);
  } else if (const auto* signed_by = std::get_if<core::BlockSignedBy>(&fact.what)) {
    blocks_.Insert(signed_by->cid).first->tickets.push_back(signed_by->ticket);
  } else if (const auto* formed = std::get_if<core::BlockFormed>(&fact.what)) {
    VoteBlockSeen& block = *blocks_.Insert(formed->cid).first;
    if (block.voters > 0) return;
    block.template_cid = formed->template_cid;
    block.voters = formed->voters;
    block.at = fact.at;
  }
}

void VoteView::OnSeedOpened(core::PeerId reader, const core::SeedOpened& opened) {
  const Halves* halves = seeds_.Find(opened.seed);
  if (halves == nullptr) return;
  const auto list = static_cast<uint32_t>(lists_.size());
  constexpr size_t kPair = 2;
  lists_.push_back({reader, kPair, {}});
  AddTo(list, halves->coordinator);
  AddTo(list, halves->partner);
}

void VoteView::OnPoolJoined(const core::PoolJoined& joined) {
  VoteAttempt* attempt = attempts_.Find(joined.ticket);
  if (attempt == nullptr) return;
  attempt->pool = joined.pool;
  attempt->epoch = joined.epoch;
  const auto [list, fresh] = pools_.Insert({joined.pool, joined.epoch});
  if (fresh) {
    *list = static_cast<uint32_t>(lists_.size());
    lists_.push_back({joined.coordinator, joined.size, {}});
  }
  AddTo(*list, joined.ticket);
  members_.Insert({joined.pool, joined.epoch}).first->push_back(joined.ticket);
}

void VoteView::OnPoolLeft(const core::PoolLeft& left) {
  VoteAttempt* attempt = attempts_.Find(left.ticket);
  if (attempt != nullptr && attempt->pool == left.pool) attempt->pool = {};
}

void VoteView::AddTo(uint32_t list, const core::Key256& ticket) {
  const VoteAttempt* attempt = attempts_.Find(ticket);
  if (attempt == nullptr) return;
  std::vector<core::Key256>& nonces = lists_[list].nonces;
  if (std::find(nonces.begin(), nonces.end(), attempt->nonce) != nonces.end()) return;
  nonces.push_back(attempt->nonce);
  lists_by_nonce_.Insert(attempt->nonce).first->push_back(list);
}

}  // namespace sim
