// HttpConnection: one client of the admin pages; HTTP/1.1 by Boost.Beast.
//
//   phase    | event                                        | next
//   reading  | a whole header                               | writing
//   reading  | a header that is none, or too long           | writing: 400 or 431, then draining
//   reading  | the deadline; something has come             | writing: 408, then draining
//   reading  | the deadline; nothing has come, end, error   | ended
//   writing  | done, and the connection may go on           | reading
//   writing  | done, last answer                            | draining
//   writing  | the deadline, error                          | ended
//   draining | end, error, enough bytes, the deadline       | ended
//
// Draining lets the client read the last answer: to close while bytes of it are unread would reset the connection. One
// request is answered at a time; what a client sends ahead waits in the kernel. Bound: header_max + 4 KiB and one answer.
// Thread rule: one thread. Life: kept by its own completions until `ended` was called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/base/time.h"
#include "node/admin/admin_pages.h"
#include "node/service/listener.h"

namespace node {

struct HttpLimits {
  size_t connections_max = 32;
  uint32_t header_max = 8 << 10;                  // Bytes, request line included.
  core::Duration first = core::Seconds(5);        // For the first request.
  core::Duration keep_alive = core::Seconds(75);  // For a further one.
  core::Duration write = core::Seconds(10);       // For an answer to be taken.
  core::Duration drain = core::Seconds(1);
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Answer = std::function<PageAnswer(const PageRequest&)>;
  using Ended = std::function<void(bool expired)>;

  // REQUIRES: what `answer` refers to lives until Abandon or `ended`.
  HttpConnection(StreamSocket socket, const HttpLimits& limits, Answer answer, Ended ended);
  ~HttpConnection();

  void Start();

  // Waits for a request; may be closed without harm.
  [[nodiscard]] bool IsIdle() const { return phase_ == Phase::kReading; }

  // Closes; nothing is called any more.
  void Abandon();

 private:
  enum class Phase : uint8_t { kReading, kWriting, kDraining, kEnded };

  struct Wire;

  void Read(core::Duration patience);
  void OnHeader(bool failed);
  void Reply(PageAnswer answer, bool last, bool head = false);
  void OnWritten(bool failed, bool last);
  void Drain();
  void ReadRest();
  void Expect(core::Duration patience);
  void OnDeadline();
  void End();

  HttpLimits limits_;
  Answer answer_;
  Ended ended_;
  Phase phase_ = Phase::kReading;
  bool expired_ = false;
  size_t drained_ = 0;
  std::unique_ptr<Wire> wire_;
};

}  // namespace node
