// Memory of large arrays: aligned to, and asked for in, the system's large pages, so that reading through many arrays at once
// does not wait for the addresses of small ones. Where the system grants none, it is plain memory. What a vector grows by
// without a value is not set: it is about to be written.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace puente {

template <class T>
struct LargePages {
  using value_type = T;
  static constexpr std::size_t page = std::size_t{1} << 21;

  LargePages() = default;
  template <class U>
  LargePages(const LargePages<U>&) {}

  T* allocate(std::size_t n) {
    const std::size_t bytes = n * sizeof(T);
    if (bytes < page) return static_cast<T*>(::operator new(bytes));
    void* memory = std::aligned_alloc(page, (bytes + page - 1) / page * page);
    if (memory == nullptr) throw std::bad_alloc();
#ifdef __linux__
    madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t n) {
    if (n * sizeof(T) < page) ::operator delete(memory);
    else std::free(memory);
  }
  template <class U>
  void construct(U* place) { ::new (static_cast<void*>(place)) U; }
  template <class U>
  bool operator==(const LargePages<U>&) const { return true; }
};

}  // namespace puente
