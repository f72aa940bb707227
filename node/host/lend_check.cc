#include "node/host/lend_check.h"

#include <string>

#include "node/config/node_config.h"

namespace node {
namespace {

std::string Found(uint64_t bytes) {
  return "lend: found " + std::to_string(bytes) + " bytes, allowed ";
}

}  // namespace

core::Status CheckLend(const core::LendCommand& lend, const Lender& lender) {
  if (lender.client) {
    return core::FailedPrecondition(
        "lend: found a node that nobody can dial, allowed one that others reach: they fetch from "
        "it");
  }
  if (lend.bytes == 0) {
    if (lender.lends) return absl::OkStatus();
    return core::FailedPrecondition("lend: found 0, but the node lends nothing; allowed " +
                                    std::to_string(kLendMin) + " bytes and more");
  }
  if (lend.bytes < kLendMin) {
    return core::InvalidArgument(Found(lend.bytes) + "0 to leave, or " + std::to_string(kLendMin) +
                                 " and more: a large block must fit");
  }
  if (lend.bytes < lender.used) {
    return core::FailedPrecondition(Found(lend.bytes) + std::to_string(lender.used) +
                                    " and more, which it holds; a fuller node moves out and then "
                                    "holds less");
  }
  if (lender.disk_free.has_value() && lend.bytes > lender.used + *lender.disk_free) {
    return core::ResourceExhausted(
        Found(lend.bytes) + "at most " + std::to_string(lender.used + *lender.disk_free) +
        ", which the disk of the store has free or this node's blocks already take");
  }
  return absl::OkStatus();
}

}  // namespace node
