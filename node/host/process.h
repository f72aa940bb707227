// What a node asks of its process: no core dumps, enough file descriptors, and word to the service manager.
//
// Thread rule: before other threads exist.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/status.h"

namespace node {

// No core file, and no other process of this user may look into this one's memory: it holds keys.
[[nodiscard]] core::Status ForbidDumps();

// A reader of the log that has gone, or a limit on the size of files, is an error of the write and ends nothing.
void IgnoreWriteSignals();

// Raises the soft limit on open files up to the hard one. Returns the limit.
[[nodiscard]] size_t RaiseDescriptorLimit();

// To the service manager that started this process (systemd's NOTIFY_SOCKET), for example "READY=1"; nothing happens when
// there is none or it does not listen.
void NotifyService(std::string_view state);

}  // namespace node
