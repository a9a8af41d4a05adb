#include "io/hdf5/population_writer.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>
#include <span>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/core/error.hpp"
#include "io/hdf5/commit.hpp"
#include "io/hdf5/descriptor.hpp"
#include "io/hdf5/population_file.hpp"
#include "io/hdf5/population_layout.hpp"
#include "io/hdf5/slabs.hpp"

namespace puente::io {

namespace {

/// Written, remembered and read back in pieces of at most this.
constexpr std::size_t piece_bytes = 8 << 20;

/// Runs `work` on this rank; if it fails on any rank, every rank throws.
void agreed(Exchange& exchange, const std::function<void()>& work) {
  ExitCode code = ExitCode::done;
  std::string message;
  try {
    work();
  } catch (const Error& error) {
    code = error.code();
    message = error.what();
  } catch (const std::exception& error) {
    code = ExitCode::internal;
    message = error.what();
  }
  exchange.agree(static_cast<int>(code), message);
}

template <class T>
std::vector<T> gathered(Exchange& exchange, std::span<const T> mine) {
  const std::vector<std::byte> bytes = exchange.gather_all(std::as_bytes(mine));
  std::vector<T> all(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}

/// First row of each rank and, last, the number of rows.
std::vector<std::int64_t> first_rows(Exchange& exchange, std::int64_t mine) {
  std::vector<std::int64_t> first{0};
  for (const std::int64_t rows : gathered<std::int64_t>(exchange, {&mine, 1}))
    first.push_back(first.back() + rows);
  return first;
}

void check_window(const std::vector<Column>& columns, const std::vector<ColumnInfo>& expected) {
  expect(columns.size() == expected.size(), "a window has the columns of its schema");
  for (std::size_t i = 0; i < columns.size(); ++i)
    expect(columns[i].info().name == expected[i].name && columns[i].info().type == expected[i].type,
           "a window has the columns of its schema, in its order");
}

std::uint64_t hash_of(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

/// Bytes that follow one another in the file but not in memory.
class Parts {
 public:
  void add(std::span<const std::byte> bytes) {
    parts_.push_back(bytes);
    size_ += bytes.size();
  }
  std::size_t size() const { return size_; }
  std::span<const std::span<const std::byte>> all() const { return std::span(parts_).subspan(first_); }

  /// Takes off at most so many bytes from the front.
  Parts take(std::size_t bytes) {
    Parts front;
    while (front.size_ < bytes && first_ < parts_.size()) {
      std::span<const std::byte>& part = parts_[first_];
      const std::size_t n = std::min(part.size(), bytes - front.size_);
      front.add(part.first(n));
      part = part.subspan(n);
      if (part.empty()) ++first_;
    }
    size_ -= front.size_;
    return front;
  }

 private:
  std::vector<std::span<const std::byte>> parts_;
  std::size_t first_ = 0, size_ = 0;
};

std::uint64_t hash_of(const Parts& parts) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  for (const auto& part : parts.all()) XXH3_64bits_update(&state, part.data(), part.size());
  return XXH3_64bits_digest(&state);
}

std::vector<std::byte> copy_of(const Parts& parts) {
  std::vector<std::byte> bytes;
  for (const auto& part : parts.all()) bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

}  // namespace

class PopulationWriter::Impl {
 public:
  Impl(const std::string& path, const Schema& schema, std::int64_t households, std::int64_t persons,
       Exchange& exchange);
  void write(std::span<const Population> windows);
  void finish(const std::function<void(const char*)>& begins);

 private:
  /// What was written, to be compared with what is read back.
  struct Written {
    std::int64_t offset, bytes;
    std::uint64_t hash;
  };

  bool first() const { return exchange_.rank() == 0; }
  bool last() const { return exchange_.rank() + 1 == exchange_.size(); }
  void create(const std::string& path);
  void share_places();
  void plan();
  void write_rows(std::span<const Population> windows);
  void put(std::size_t dataset, Parts parts);
  void put_offsets(std::span<const Population> windows);
  void begin_sync(std::size_t dataset);
  void put_file(std::int64_t offset, Parts parts);
  void put_file(std::int64_t offset, std::span<const std::byte> bytes);
  void check_complete();
  std::vector<Parcel> exchange_edges();
  void write_parcels(const std::vector<Parcel>& parcels, bool small);
  void verify_written();
  std::vector<std::uint64_t> hash_share() const;
  void write_checksums(std::span<const std::uint64_t> hashes);
  void check_described();

  Schema schema_;
  Exchange& exchange_;
  std::vector<std::int64_t> first_household_, first_person_;
  std::vector<RawDataset> data_;
  RawDataset checksums_;
  std::optional<OutputFile> output_;  // rank 0
  std::string temporary_;
  Descriptor file_;
  std::vector<Slab> slabs_;
  std::vector<std::int64_t> done_;  // bytes of each slab taken so far
  std::vector<std::int64_t> begun_;  // until where the disk was set to work on each dataset
  std::int64_t next_person_ = 0;    // first person of the next window
  std::vector<std::vector<Parcel>> handed_;
  std::vector<Written> written_;
  std::optional<Error> failure_;
};

PopulationWriter::Impl::Impl(const std::string& path, const Schema& schema, std::int64_t households,
                             std::int64_t persons, Exchange& exchange)
    : schema_(schema), exchange_(exchange) {
  first_household_ = first_rows(exchange, households);
  first_person_ = first_rows(exchange, persons);
  agreed(exchange, [&] {
    data_ = population_datasets(schema_, first_household_.back(), first_person_.back());
    checksums_ = checksum_dataset(data_);
    if (first()) create(path);
  });
  share_places();
  agreed(exchange, [&] {
    file_ = Descriptor(temporary_, Descriptor::Mode::read_write);
    plan();
  });
}

void PopulationWriter::Impl::create(const std::string& path) {
  std::int64_t bytes = metadata_bytes(schema_) + checksums_.bytes();
  for (const RawDataset& raw : data_) bytes += raw.bytes() + (raw.bytes() >= write_block ? write_block : 0);  // aligned
  output_.emplace(path, static_cast<std::uint64_t>(bytes));
  temporary_ = output_->temporary();
  const MemoryFile memory;
  create_population(memory, schema_, data_, checksums_);
  output_->fill(memory);
}

/// Every rank learns from rank 0 the temporary name and where each dataset lies.
void PopulationWriter::Impl::share_places() {
  std::vector<std::int64_t> places;
  if (first()) {
    for (const RawDataset& raw : data_) places.push_back(raw.offset);
    places.push_back(checksums_.offset);
  }
  places = gathered<std::int64_t>(exchange_, places);
  for (std::size_t i = 0; i < data_.size(); ++i) data_[i].offset = places.at(i);
  checksums_.offset = places.back();
  const std::vector<char> name = gathered<char>(exchange_, temporary_);
  temporary_.assign(name.begin(), name.end());
}

void PopulationWriter::Impl::plan() {
  const int rank = exchange_.rank();
  std::vector<std::int64_t> first_edge = first_household_;
  first_edge.back() += 1;  // the last rank also writes the end of the last household
  const std::size_t offsets = schema_.household.size();
  for (std::size_t i = 0; i < data_.size(); ++i) {
    const auto& first_row = i < offsets ? first_household_ : i == offsets ? first_edge : first_person_;
    slabs_.push_back(plan_slab(data_[i], first_row, rank));
  }
  done_.assign(data_.size(), 0);
  for (const Slab& slab : slabs_) begun_.push_back(slab.own_from);
  next_person_ = first_person_[rank];
  handed_.resize(static_cast<std::size_t>(exchange_.size()));
}

void PopulationWriter::Impl::write(std::span<const Population> windows) {
  for (const Population& window : windows) {
    check_window(window.household, schema_.household);
    check_window(window.person, schema_.person);
  }
  if (failure_) return;
  try {
    write_rows(windows);
  } catch (const Error& error) {
    failure_ = error;
  }
}

void PopulationWriter::Impl::write_rows(std::span<const Population> windows) {
  const std::size_t offsets = schema_.household.size();
  const auto column = [&](std::vector<Column> Population::*columns, std::size_t i) {
    Parts parts;
    for (const Population& window : windows) {
      const Column& rows = (window.*columns)[i];
      parts.add({static_cast<const std::byte*>(rows.data()), rows.rows() * bytes_of(rows.info().type)});
    }
    return parts;
  };
  for (std::size_t i = 0; i < offsets; ++i) put(i, column(&Population::household, i));
  put_offsets(windows);
  for (std::size_t i = 0; i < schema_.person.size(); ++i) put(offsets + 1 + i, column(&Population::person, i));
}

/// A window's offsets count from its own first person; the file's from the first of all. The end of the
/// window's last household is the beginning of the next one and is written with that, or at the very end.
void PopulationWriter::Impl::put_offsets(std::span<const Population> windows) {
  std::size_t households = 0;
  for (const Population& window : windows) households += static_cast<std::size_t>(window.households());
  std::vector<std::int64_t> absolute;
  absolute.reserve(households);
  for (const Population& window : windows) {
    const auto begin = static_cast<std::ptrdiff_t>(absolute.size());
    absolute.insert(absolute.end(), window.person_offset.begin(), window.person_offset.end() - 1);
    for (auto offset = absolute.begin() + begin; offset != absolute.end(); ++offset) *offset += next_person_;
    next_person_ += window.persons();
  }
  Parts parts;
  parts.add(std::as_bytes(std::span(absolute)));
  put(schema_.household.size(), std::move(parts));
}

void PopulationWriter::Impl::put(std::size_t dataset, Parts parts) {
  const Slab& slab = slabs_[dataset];
  const std::int64_t position = slab.begin + done_[dataset];
  const auto size = static_cast<std::int64_t>(parts.size());
  expect(position + size <= slab.end, "a rank writes no more rows than it announced");
  const auto handed = static_cast<std::size_t>(std::clamp<std::int64_t>(slab.own_from - position, 0, size));
  const std::int64_t place = data_[dataset].offset + position;
  if (handed > 0)
    handed_[static_cast<std::size_t>(slab.handed_to)].push_back(
        {place, slab.small, copy_of(parts.take(handed))});
  put_file(place + static_cast<std::int64_t>(handed), std::move(parts));
  done_[dataset] += size;
  begin_sync(dataset);
}

/// The disk works on whole blocks while others are still being made.
void PopulationWriter::Impl::begin_sync(std::size_t dataset) {
  const Slab& slab = slabs_[dataset];
  const std::int64_t end = (slab.begin + done_[dataset]) / write_block * write_block;
  std::int64_t& begun = begun_[dataset];
  if (slab.small || end <= begun) return;
  file_.begin_sync(data_[dataset].offset + begun, end - begun);
  begun = end;
}

void PopulationWriter::Impl::put_file(std::int64_t offset, Parts parts) {
  while (parts.size() > 0) {
    const Parts piece = parts.take(piece_bytes);
    file_.write_at(offset, piece.all());
    written_.push_back({offset, static_cast<std::int64_t>(piece.size()), hash_of(piece)});
    offset += static_cast<std::int64_t>(piece.size());
  }
}

void PopulationWriter::Impl::put_file(std::int64_t offset, std::span<const std::byte> bytes) {
  Parts parts;
  parts.add(bytes);
  put_file(offset, std::move(parts));
}

void PopulationWriter::Impl::check_complete() {
  if (failure_) throw *failure_;
  if (last()) {
    const std::int64_t end = first_person_.back();
    Parts parts;
    parts.add(std::as_bytes(std::span(&end, 1)));
    put(schema_.household.size(), std::move(parts));
  }
  for (std::size_t i = 0; i < slabs_.size(); ++i)
    expect(done_[i] == slabs_[i].end - slabs_[i].begin, "a rank writes all rows it announced");
}

std::vector<Parcel> PopulationWriter::Impl::exchange_edges() {
  std::vector<std::vector<std::byte>> send(handed_.size());
  for (std::size_t rank = 0; rank < handed_.size(); ++rank)
    for (const Parcel& parcel : handed_[rank]) pack(parcel, send[rank]);
  handed_.clear();
  return unpack(exchange_.all_to_all(send));
}

void PopulationWriter::Impl::write_parcels(const std::vector<Parcel>& parcels, bool small) {
  for (const Parcel& parcel : parcels)
    if (parcel.small == small) put_file(parcel.file_offset, parcel.bytes);
  file_.sync();
}

/// From the file's beginning to its end, as disks like it.
void PopulationWriter::Impl::verify_written() {
  file_.forget_cache();
  std::sort(written_.begin(), written_.end(), [](const Written& a, const Written& b) { return a.offset < b.offset; });
  std::vector<std::byte> buffer;
  for (const Written& piece : written_) {
    buffer.resize(static_cast<std::size_t>(piece.bytes));
    file_.read_at(piece.offset, buffer);
    if (hash_of(buffer) != piece.hash)
      throw Error(ExitCode::io_error, "'" + temporary_ + "' does not read back as it was written (at byte " +
                                          std::to_string(piece.offset) +
                                          "): the disk or network file system lost data; write elsewhere");
  }
}

/// This rank's share of all blocks to checksum, in the file's order.
std::vector<std::uint64_t> PopulationWriter::Impl::hash_share() const {
  const std::int64_t ranks = exchange_.size(), rank = exchange_.rank();
  const std::int64_t begin = checksums_.rows * rank / ranks, end = checksums_.rows * (rank + 1) / ranks;
  std::vector<std::uint64_t> hashes;
  std::vector<std::byte> buffer;
  std::int64_t first_block = 0;
  for (const RawDataset& raw : data_) {
    const std::int64_t from = std::max(begin - first_block, std::int64_t{0});
    const std::int64_t to = std::min(end - first_block, raw.checksum_blocks());
    for (std::int64_t block = from; block < to; ++block) {
      const std::int64_t position = block * checksum_block;
      buffer.resize(static_cast<std::size_t>(std::min(checksum_block, raw.bytes() - position)));
      file_.read_at(raw.offset + position, buffer);
      hashes.push_back(hash_of(buffer));
    }
    first_block += raw.checksum_blocks();
  }
  return hashes;
}

void PopulationWriter::Impl::write_checksums(std::span<const std::uint64_t> hashes) {
  expect(static_cast<std::int64_t>(hashes.size()) == checksums_.rows, "every block has a checksum");
  written_.clear();
  put_file(checksums_.offset, std::as_bytes(hashes));
  file_.sync();
  verify_written();
}

/// Everything is opened once more before the rename, so that nothing unreadable gets the final name.
void PopulationWriter::Impl::check_described() {
  file_.close();
  const PopulationFile written(temporary_);
  if (!same_schema(written.schema(), schema_) || written.households() != first_household_.back() ||
      written.persons() != first_person_.back())
    throw Error(ExitCode::io_error,
                "'" + temporary_ + "' does not describe its columns as they were written");
}

void PopulationWriter::Impl::finish(const std::function<void(const char*)>& begins) {
  const auto part = [&](const char* name) {
    if (begins) begins(name);
  };
  agreed(exchange_, [&] { check_complete(); });
  part("sync");
  const std::vector<Parcel> parcels = exchange_edges();
  agreed(exchange_, [&] { write_parcels(parcels, false); });
  agreed(exchange_, [&] { write_parcels(parcels, true); });
  part("read back");
  std::vector<std::uint64_t> hashes;
  agreed(exchange_, [&] {
    verify_written();
    hashes = hash_share();
  });
  hashes = gathered<std::uint64_t>(exchange_, hashes);
  agreed(exchange_, [&] {
    if (!first()) return;
    write_checksums(hashes);
    check_described();
    part("commit");
    output_->commit();
  });
}

PopulationWriter::PopulationWriter(const std::string& path, const Schema& schema, std::int64_t households,
                                   std::int64_t persons, Exchange& exchange)
    : impl_(std::make_unique<Impl>(path, schema, households, persons, exchange)) {}

PopulationWriter::~PopulationWriter() = default;

void PopulationWriter::write(std::span<const Population> windows) { impl_->write(windows); }

void PopulationWriter::finish(const std::function<void(const char*)>& begins) { impl_->finish(begins); }

void write_population(const Population& mine, const std::string& path, Exchange& exchange) {
  PopulationWriter writer(path, mine.schema(), mine.households(), mine.persons(), exchange);
  writer.write(mine);
  writer.finish();
}

void write_population(const Population& population, const std::string& path) {
  Exchange alone;
  write_population(population, path, alone);
}

}  // namespace puente::io
