#include "node/admin/http_connection.h"

#include <array>
#include <optional>
#include <utility>

#include "node/transport/asio.h"
// Behind Asio.
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace node {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr size_t kBufferSpare = 4 << 10;
constexpr size_t kDrainedMax = 64 << 10;

std::string_view ToStd(beast::string_view text) {
  return {text.data(), text.size()};
}

// The request as the pages see it. Views into `request`.
PageRequest ToPageRequest(const http::request<http::empty_body>& request) {
  PageRequest page;
  page.method = ToStd(request.method_string());
  page.target = ToStd(request.target());
  const auto [first, last] = request.equal_range(http::field::host);
  for (auto field = first; field != last; ++field) page.hosts.push_back(ToStd(field->value()));
  page.may_omit_host = request.version() == 10;
  return page;
}

PageAnswer Complain(uint16_t status, std::string text) {
  PageAnswer answer;
  answer.status = status;
  answer.body = std::move(text) + "\n";
  return answer;
}

bool IsOfHttp(const ErrorCode& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category();
}

}  // namespace

struct HttpConnection::Wire {
  Wire(StreamSocket handle, size_t buffer_max)
      : socket(std::move(handle)), deadline(socket.get_executor()), buffer(buffer_max) {}

  StreamSocket socket;
  Timer deadline;
  beast::flat_buffer buffer;
  std::optional<http::request_parser<http::empty_body>> parser;
  std::optional<http::response<http::string_body>> response;
  std::optional<http::response_serializer<http::string_body>> serializer;
  std::array<char, 4096> rest{};
  ErrorCode error;  // Of the last read.
};

HttpConnection::HttpConnection(StreamSocket socket, const HttpLimits& limits, Answer answer,
                               Ended ended)
    : limits_(limits),
      answer_(std::move(answer)),
      ended_(std::move(ended)),
      wire_(std::make_unique<Wire>(std::move(socket), limits.header_max + kBufferSpare)) {}

HttpConnection::~HttpConnection() = default;

void HttpConnection::Start() {
  Read(limits_.first);
}

// Completions come from the loop, never from inside the call that began the operation: this is no recursion.
// NOLINTBEGIN(misc-no-recursion)
void HttpConnection::Read(core::Duration patience) {
  phase_ = Phase::kReading;
  wire_->parser.emplace();
  wire_->parser->header_limit(limits_.header_max);
  wire_->parser->body_limit(0);
  Expect(patience);
  http::async_read_header(wire_->socket, wire_->buffer, *wire_->parser,
                          [this, keep = shared_from_this()](const ErrorCode& error, size_t) {
                            if (phase_ != Phase::kReading) return;
                            wire_->error = error;
                            OnHeader(bool{error});
                          });
}

void HttpConnection::OnHeader(bool failed) {
  if (expired_) {
    if (!wire_->parser->got_some() && wire_->buffer.size() == 0) return End();
    return Reply(Complain(408, "request: found no whole header in time"), /*last=*/true);
  }
  if (failed) {
    const ErrorCode error = wire_->error;
    if (!IsOfHttp(error) || error == http::error::end_of_stream ||
        error == http::error::partial_message) {
      return End();
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return Reply(Complain(431, "header: found more than " + std::to_string(limits_.header_max) +
                                     " bytes, allowed at most that"),
                   /*last=*/true);
    }
    if (error == http::error::body_limit) {
      return Reply(Complain(413, "body: found one, allowed none"), /*last=*/true);
    }
    return Reply(Complain(400, "request: " + error.message() + ", allowed HTTP/1.0 or HTTP/1.1"),
                 /*last=*/true);
  }
  const auto& request = wire_->parser->get();
  PageRequest page = ToPageRequest(request);
  page.has_body = wire_->parser->chunked() || wire_->parser->content_length().value_or(0) > 0;
  page.local = LocalEndpoint(wire_->socket);
  const bool last = page.has_body || !request.keep_alive();
  const bool head = request.method() == http::verb::head;
  Reply(answer_(page), last, head);
}

void HttpConnection::Reply(PageAnswer answer, bool last, bool head) {
  phase_ = Phase::kWriting;
  auto& response = wire_->response.emplace();
  response.version(11);
  response.result(answer.status);
  response.set(http::field::content_type, {answer.type.data(), answer.type.size()});
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy", "default-src 'none'");
  if (!answer.allow.empty()) {
    response.set(http::field::allow, {answer.allow.data(), answer.allow.size()});
  }
  response.body() = std::move(answer.body);
  response.keep_alive(!last);
  response.prepare_payload();
  auto& serializer = wire_->serializer.emplace(response);
  Expect(limits_.write);
  const auto written = [this, last, keep = shared_from_this()](const ErrorCode& error, size_t) {
    if (phase_ == Phase::kWriting) OnWritten(bool{error}, last);
  };
  if (head) {
    http::async_write_header(wire_->socket, serializer, written);
  } else {
    http::async_write(wire_->socket, serializer, written);
  }
}

void HttpConnection::OnWritten(bool failed, bool last) {
  wire_->serializer.reset();
  wire_->response.reset();
  if (failed) return End();
  if (last) return Drain();
  Read(limits_.keep_alive);
}

// NOLINTEND(misc-no-recursion)

void HttpConnection::Drain() {
  phase_ = Phase::kDraining;
  ErrorCode ignored;
  wire_->socket.shutdown(asio::socket_base::shutdown_send, ignored);
  Expect(limits_.drain);
  ReadRest();
}

void HttpConnection::ReadRest() {
  wire_->socket.async_read_some(
      asio::buffer(wire_->rest),
      [this, keep = shared_from_this()](const ErrorCode& error, size_t size) {
        if (phase_ != Phase::kDraining) return;
        drained_ += size;
        if (error || drained_ > kDrainedMax) return End();
        ReadRest();
      });
}

void HttpConnection::Expect(core::Duration patience) {
  wire_->deadline.expires_after(std::chrono::microseconds(patience.us));
  wire_->deadline.async_wait([this, keep = shared_from_this()](const ErrorCode& error) {
    // A wait that was over when another began completes without an error.
    if (!error && wire_->deadline.expiry() <= std::chrono::steady_clock::now()) OnDeadline();
  });
}

void HttpConnection::OnDeadline() {
  if (phase_ == Phase::kEnded) return;
  if (phase_ == Phase::kReading && !expired_) {
    expired_ = true;
    ErrorCode ignored;
    wire_->socket.cancel(ignored);  // OnHeader goes on.
    return;
  }
  if (phase_ == Phase::kWriting) expired_ = true;
  End();
}

void HttpConnection::End() {
  const Ended ended = std::exchange(ended_, nullptr);
  Abandon();
  if (ended) ended(expired_);
}

void HttpConnection::Abandon() {
  phase_ = Phase::kEnded;
  ended_ = nullptr;
  answer_ = nullptr;
  ErrorCode ignored;
  wire_->deadline.cancel(ignored);
  wire_->socket.close(ignored);
}

}  // namespace node
