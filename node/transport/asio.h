// Boost.Asio as every file of this folder includes it.
//
// Boost 1.74 uses std::exchange without including <utility>, which C++20 with g++ 12 does not
// forgive: that header comes first. The one place that knows this.
#pragma once

// clang-format off
#include <utility>
// clang-format on

#include <chrono>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace node {

namespace asio = boost::asio;
using Endpoint = asio::ip::tcp::endpoint;
using ErrorCode = boost::system::error_code;

// With the executor's type fixed: the default one is erased and costs every operation a call more.
using Executor = asio::io_context::executor_type;
using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using TcpAcceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace node
