#include "hpc/communicator.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "engine/core/error.hpp"
#include "hpc/team.hpp"

#ifdef PUENTE_HAS_MPI
#define OMPI_SKIP_MPICXX 1  // the C interface only: the C++ one is gone from MPI-3
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
#endif

namespace puente {

#ifdef PUENTE_HAS_MPI

namespace {

void checked(int code, const char* what) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(ExitCode::internal, std::string("MPI failed in ") + what + ": " + std::string(text, static_cast<std::size_t>(length)));
}

int narrow(std::size_t n) {
  if (n > static_cast<std::size_t>(INT32_MAX)) throw Error(ExitCode::internal, "more than 2 GiB between two ranks in one exchange: use more ranks");
  return static_cast<int>(n);
}

class MpiExchange : public Exchange {
 public:
  explicit MpiExchange(MPI_Comm comm) : comm_(comm) {
    MPI_Comm_rank(comm, &rank_);
    MPI_Comm_size(comm, &size_);
  }
  MPI_Comm comm() const { return comm_; }
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void sum(std::span<std::int64_t> values) override {
    checked(MPI_Allreduce(MPI_IN_PLACE, values.data(), narrow(values.size()), MPI_INT64_T, MPI_SUM, comm_), "sum");
  }
  void max(std::span<double> values) override {
    checked(MPI_Allreduce(MPI_IN_PLACE, values.data(), narrow(values.size()), MPI_DOUBLE, MPI_MAX, comm_), "max");
  }
  std::vector<std::byte> gather_all(std::span<const std::byte> mine) override {
    std::vector<int> counts(static_cast<std::size_t>(size_)), starts(counts.size());
    const int count = narrow(mine.size());
    checked(MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, comm_), "gather");
    std::vector<std::byte> all(total(counts, starts));
    checked(MPI_Allgatherv(mine.data(), count, MPI_BYTE, all.data(), counts.data(), starts.data(), MPI_BYTE, comm_), "gather");
    return all;
  }
  std::vector<std::byte> all_to_all(const std::vector<std::vector<std::byte>>& send) override {
    std::vector<int> out(send.size()), out_starts(send.size()), in(send.size()), in_starts(send.size());
    for (std::size_t r = 0; r < send.size(); ++r) out[r] = narrow(send[r].size());
    std::vector<std::byte> mine(total(out, out_starts));
    for (std::size_t r = 0; r < send.size(); ++r)
      if (!send[r].empty()) std::memcpy(mine.data() + out_starts[r], send[r].data(), send[r].size());
    checked(MPI_Alltoall(out.data(), 1, MPI_INT, in.data(), 1, MPI_INT, comm_), "exchange");
    std::vector<std::byte> received(total(in, in_starts));
    checked(MPI_Alltoallv(mine.data(), out.data(), out_starts.data(), MPI_BYTE, received.data(), in.data(), in_starts.data(), MPI_BYTE, comm_), "exchange");
    return received;
  }
  void agree(int code, const std::string& message) override;

 private:
  static std::size_t total(const std::vector<int>& counts, std::vector<int>& starts) {
    std::size_t sum = 0;
    for (std::size_t r = 0; r < counts.size(); ++r) {
      starts[r] = narrow(sum);
      sum += static_cast<std::size_t>(counts[r]);
    }
    narrow(sum);
    return sum;
  }

  MPI_Comm comm_;
  int rank_ = 0, size_ = 1;
};

/// The lowest failing rank speaks for all.
void MpiExchange::agree(int code, const std::string& message) {
  int failing = code == 0 ? size_ : rank_, first = size_;
  checked(MPI_Allreduce(&failing, &first, 1, MPI_INT, MPI_MIN, comm_), "agree");
  if (first == size_) return;
  int told[2] = {code, narrow(message.size())};
  checked(MPI_Bcast(told, 2, MPI_INT, first, comm_), "agree");
  std::string text = rank_ == first ? message : std::string(static_cast<std::size_t>(told[1]), ' ');
  checked(MPI_Bcast(text.data(), told[1], MPI_CHAR, first, comm_), "agree");
  throw Error(static_cast<ExitCode>(told[0]), text);
}

/// A communicator that ends with it.
class MpiTeamExchange : public MpiExchange {
 public:
  using MpiExchange::MpiExchange;
  MpiTeamExchange(const MpiTeamExchange&) = delete;
  MpiTeamExchange& operator=(const MpiTeamExchange&) = delete;
  ~MpiTeamExchange() override {
    MPI_Comm mine = comm();
    MPI_Comm_free(&mine);
  }
};

/// Set by every launcher of Debian's and other MPI builds; a program started alone needs no MPI at all.
bool launched_with_ranks() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK", "PMI_RANK", "MPI_LOCALNRANKS"})
    if (std::getenv(name) != nullptr) return true;
  return false;
}

}  // namespace

ParallelSession::ParallelSession() : exchange_(std::make_unique<Exchange>()), cores_of_node_(cores_of(affinity())) {
  if (!launched_with_ranks()) return;
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  if (provided < MPI_THREAD_FUNNELED) throw Error(ExitCode::internal, "this MPI cannot run beside threads (MPI_THREAD_FUNNELED)");
  MPI_Comm comm = MPI_COMM_NULL, node = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &comm);
  MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Comm_size(node, &ranks_on_node_);
  cpu_set_t mine = affinity(), all = mine;
  MPI_Allreduce(&mine, &all, sizeof mine, MPI_BYTE, MPI_BOR, node);
  cores_of_node_ = cores_of(all);
  MPI_Comm_free(&node);
  exchange_ = std::make_unique<MpiExchange>(comm);
}

std::unique_ptr<Exchange> ParallelSession::team(int teams) const {
  const auto* ranks = dynamic_cast<const MpiExchange*>(exchange_.get());
  if (ranks == nullptr) return std::make_unique<Exchange>();
  MPI_Comm comm = MPI_COMM_NULL;
  checked(MPI_Comm_split(ranks->comm(), team_number(teams), ranks->rank(), &comm), "split");
  return std::make_unique<MpiTeamExchange>(comm);
}

ParallelSession::~ParallelSession() {
  int started = 0;
  MPI_Initialized(&started);
  if (started == 0) return;
  if (std::uncaught_exceptions() > 0) abort(static_cast<int>(ExitCode::internal));
  MPI_Finalize();
}

void ParallelSession::abort(int code) {
  int started = 0;
  MPI_Initialized(&started);
  if (started != 0) MPI_Abort(MPI_COMM_WORLD, code);
  std::_Exit(code);
}

#else

ParallelSession::ParallelSession() : exchange_(std::make_unique<Exchange>()), cores_of_node_(cores_of(affinity())) {}
ParallelSession::~ParallelSession() = default;
std::unique_ptr<Exchange> ParallelSession::team(int) const { return std::make_unique<Exchange>(); }
void ParallelSession::abort(int code) { std::_Exit(code); }

#endif

int ParallelSession::team_number(int teams) const { return static_cast<int>(static_cast<std::int64_t>(exchange_->rank()) * teams / exchange_->size()); }

}  // namespace puente
