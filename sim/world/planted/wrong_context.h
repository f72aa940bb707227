// WrongContext: what the peers of a world may read, made wrong by a planted bug. The world gives
// context() to its peers and keeps the true one for its codec, its network and its checkers.
//
// shifted-key: a directory whose node ids all have bit 3 flipped: consistent among the peers, wrong
// for everybody else. short-hash: a suite whose hashes of contents leave their last byte out; torn-lists: one whose cids of vote blocks leave the votes
// out. Bugs whose
// lies break a signature: a suite that verifies everything. Bugs of parameters: another config. Other
// names change nothing.
// Owns the decorators; REQUIRES: the true context and what it points to outlive this.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/port/context.h"

namespace sim {

class WrongContext {
 public:
  // `peers`: handles 0 .. peers - 1 of the directory.
  WrongContext(const core::Context& truth, std::span<const std::string> planted, uint32_t peers);
  ~WrongContext();
  WrongContext(const WrongContext&) = delete;
  WrongContext& operator=(const WrongContext&) = delete;

  [[nodiscard]] const core::Context& context() const { return context_; }

 private:
  core::Context context_;
  std::unique_ptr<core::Suite> suite_;
  std::unique_ptr<core::Directory> directory_;
  std::unique_ptr<core::Config> config_;
};

}  // namespace sim
