// The key file: the secret that a node's identity is made from, and nothing else.
//
//   orbweaver-key 1
//   node <64 hexadecimal digits>
//   secret <64 hexadecimal digits>
//
// `node` is the id that the secret leads to: a damaged file is recognised before a node runs under a name that is not its
// own. Invariants: (1) it is made complete with mode 0600, or not at all, and never in place of another file; (2) it is
// read only when it is a regular file of this process's user that nobody else may read or write; (3) its bytes are wiped from
// memory after use and never part of an error. Errors say what, where, found, allowed. Source: docs/node.md.
#pragma once

#include <filesystem>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/crypto/suite.h"

namespace node {

// A new secret of the system's randomness. Returns the node id.
[[nodiscard]] core::StatusOr<core::NodeId> CreateKeyFile(const std::filesystem::path& file,
                                                         const core::Suite& suite);

// NotFound when there is none.
[[nodiscard]] core::Status ReadKeyFile(const std::filesystem::path& file, const core::Suite& suite,
                                       core::SecretKey& secret);

}  // namespace node
