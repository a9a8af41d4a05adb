// Ranks played by threads of one process, for tests of what is collective: run_ranks(n, body) calls body(exchange) on
// n threads at once, each with an Exchange of its rank. An exception on a rank is rethrown by run_ranks if no rank is
// left waiting for another, so let ranks throw together (as after `agree`).
#pragma once

#include <algorithm>
#include <barrier>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/core/error.hpp"
#include "engine/core/exchange.hpp"

namespace puente::testing {

/// What the ranks share: a slot of bytes from every rank to every rank, and a barrier.
class Meeting {
 public:
  using Bytes = std::vector<std::byte>;
  explicit Meeting(int size) : size_(size), slots_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size)), barrier_(size) {}
  int size() const { return size_; }
  Bytes& slot(int from, int to) { return slots_[static_cast<std::size_t>(from * size_ + to)]; }
  void wait() { barrier_.arrive_and_wait(); }

 private:
  int size_;
  std::vector<Bytes> slots_;
  std::barrier<> barrier_;
};

class ThreadRank : public Exchange {
 public:
  ThreadRank(Meeting& meeting, int rank) : meeting_(meeting), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return meeting_.size(); }

  void sum(std::span<std::int64_t> values) override {
    combine(values, [](std::int64_t a, std::int64_t b) {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    });
  }
  void max(std::span<double> values) override {
    combine(values, [](double a, double b) { return std::max(a, b); });
  }

  std::vector<std::byte> gather_all(std::span<const std::byte> mine) override {
    return all_to_all(std::vector<Meeting::Bytes>(static_cast<std::size_t>(size()), {mine.begin(), mine.end()}));
  }

  std::vector<std::byte> all_to_all(const std::vector<std::vector<std::byte>>& send) override {
    for (int to = 0; to < size(); ++to) meeting_.slot(rank_, to) = send.at(static_cast<std::size_t>(to));
    meeting_.wait();
    Meeting::Bytes received;
    for (int from = 0; from < size(); ++from) {
      const Meeting::Bytes& bytes = meeting_.slot(from, rank_);
      received.insert(received.end(), bytes.begin(), bytes.end());
    }
    meeting_.wait();
    return received;
  }

  void agree(int exit_code, const std::string& message) override {
    Meeting::Bytes mine(sizeof exit_code + message.size());
    std::memcpy(mine.data(), &exit_code, sizeof exit_code);
    std::memcpy(mine.data() + sizeof exit_code, message.data(), message.size());
    for (int to = 0; to < size(); ++to) meeting_.slot(rank_, to) = mine;
    meeting_.wait();
    std::vector<Meeting::Bytes> all;
    for (int from = 0; from < size(); ++from) all.push_back(meeting_.slot(from, rank_));
    meeting_.wait();
    for (const Meeting::Bytes& bytes : all) {
      int code = 0;
      std::memcpy(&code, bytes.data(), sizeof code);
      const auto* text = reinterpret_cast<const char*>(bytes.data()) + sizeof code;
      if (code != 0) throw Error(static_cast<ExitCode>(code), std::string(text, bytes.size() - sizeof code));
    }
  }

 private:
  template <class T, class F>
  void combine(std::span<T> values, F f) {
    const std::vector<std::byte> all = gather_all(std::as_bytes(values));
    for (int from = 0; from < size(); ++from)
      for (std::size_t i = 0; i < values.size(); ++i) {
        T theirs;
        std::memcpy(&theirs, all.data() + (static_cast<std::size_t>(from) * values.size() + i) * sizeof(T), sizeof(T));
        values[i] = from == 0 ? theirs : f(values[i], theirs);
      }
  }

  Meeting& meeting_;
  int rank_;
};

inline void run_ranks(int ranks, const std::function<void(Exchange&)>& body) {
  Meeting meeting(ranks);
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(ranks));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] {
      ThreadRank exchange(meeting, rank);
      try {
        body(exchange);
      } catch (...) {
        failures[static_cast<std::size_t>(rank)] = std::current_exception();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

/// A team of plain threads.
class ThreadTeam : public Team {
 public:
  explicit ThreadTeam(int threads) : threads_(threads) {}
  int threads() const override { return threads_; }
  void for_each(std::size_t n, const std::function<void(std::size_t, int)>& task) override {
    std::vector<std::exception_ptr> failures(n);
    std::vector<std::thread> running;
    for (int t = 0; t < threads_; ++t)
      running.emplace_back([&, t] {
        for (std::size_t i = static_cast<std::size_t>(t); i < n; i += static_cast<std::size_t>(threads_)) {
          try {
            task(i, t);
          } catch (...) {
            failures[i] = std::current_exception();
          }
        }
      });
    for (std::thread& thread : running) thread.join();
    for (const std::exception_ptr& failure : failures)
      if (failure) std::rethrow_exception(failure);
  }

 private:
  int threads_;
};

}  // namespace puente::testing
