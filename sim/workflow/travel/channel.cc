#include "sim/workflow/travel/channel.h"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sim {
namespace {

static_assert(std::is_trivially_copyable_v<Request>);

bool SendAll(int socket, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t sent = send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<size_t>(sent);
  }
  return true;
}

// False: the other end is closed, or the flag was set.
bool ReceiveAll(int socket, char* bytes, size_t size, const std::atomic<bool>* stop_flag) {
  while (size > 0) {
    const ssize_t received = recv(socket, bytes, size, 0);
    if (received < 0 && errno == EINTR) {
      if (stop_flag != nullptr && stop_flag->load()) return false;
      continue;
    }
    if (received <= 0) return false;
    bytes += received;
    size -= static_cast<size_t>(received);
  }
  return true;
}

// A message of one request, with room for one file.
class Envelope {
 public:
  explicit Envelope(Request& request) : part_{&request, sizeof(request)} {
    message_.msg_iov = &part_;
    message_.msg_iovlen = 1;
  }

  Envelope(const Envelope&) = delete;
  Envelope& operator=(const Envelope&) = delete;

  msghdr* WithRoom() {
    message_.msg_control = control_;
    message_.msg_controllen = sizeof(control_);
    return &message_;
  }

  msghdr* With(int file) {
    cmsghdr* header = CMSG_FIRSTHDR(WithRoom());
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &file, sizeof(file));
    return &message_;
  }

  msghdr* Alone() { return &message_; }

  // -1: none came.
  [[nodiscard]] int File() {
    const cmsghdr* header = CMSG_FIRSTHDR(&message_);
    int file = -1;
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS)
      std::memcpy(&file, CMSG_DATA(header), sizeof(file));
    return file;
  }

 private:
  iovec part_;
  msghdr message_{};
  alignas(cmsghdr) char control_[CMSG_SPACE(sizeof(int))] = {};
};

}  // namespace

Channel& Channel::operator=(Channel&& other) noexcept {
  if (this == &other) return *this;
  Close();
  socket_ = std::exchange(other.socket_, -1);
  return *this;
}

core::StatusOr<std::pair<Channel, Channel>> Channel::Pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
    return core::Internal(std::string("no socket for a process of the session: ") +
                          std::strerror(errno));
  }
  return std::pair(Channel(ends[0]), Channel(ends[1]));
}

void Channel::Close() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

core::Status Channel::Send(const Request& request, const Channel* passed) const {
  Request copy = request;
  Envelope envelope(copy);
  msghdr* message = passed == nullptr ? envelope.Alone() : envelope.With(passed->socket_);
  if (sendmsg(socket_, message, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof(Request)))
    return core::Status();
  return core::Internal("a process of the session is gone");
}

std::optional<Request> Channel::Receive(Channel& passed) const {
  Request request;
  Envelope envelope(request);
  ssize_t received = -1;
  do {
    received = recvmsg(socket_, envelope.WithRoom(), MSG_WAITALL);
  } while (received < 0 && errno == EINTR);
  if (received != static_cast<ssize_t>(sizeof(Request))) return std::nullopt;
  passed = Channel(envelope.File());
  return request;
}

bool Channel::Reply(std::string_view text) const {
  const uint64_t size = text.size();
  return SendAll(socket_, reinterpret_cast<const char*>(&size), sizeof(size)) &&
         SendAll(socket_, text.data(), text.size());
}

core::StatusOr<std::string> Channel::Await(const std::atomic<bool>* stop_flag) const {
  uint64_t size = 0;
  std::string text;
  bool whole = ReceiveAll(socket_, reinterpret_cast<char*>(&size), sizeof(size), stop_flag);
  if (whole) {
    text.resize(size);
    whole = ReceiveAll(socket_, text.data(), size, stop_flag);
  }
  if (whole) return text;
  const bool stopped = stop_flag != nullptr && stop_flag->load();
  return core::Internal(stopped ? "interrupted" : "a process of the session ended unexpectedly");
}

bool Channel::HungUp() const {
  pollfd file{socket_, POLLRDHUP, 0};
  return poll(&file, 1, 0) > 0 && (file.revents & (POLLRDHUP | POLLHUP)) != 0;
}

void Channel::CloseOthers() {
  constexpr int kFirst = STDERR_FILENO + 1;
  if (socket_ != kFirst) {
    dup2(socket_, kFirst);
    socket_ = kFirst;
  }
  (void)close_range(kFirst + 1, ~0u, 0);
}

}  // namespace sim
