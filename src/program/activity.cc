#include "program/activity.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "blas/search.h"

namespace lithe::program {

namespace {

struct LibraryActivity {
  std::string_view begins;
  Activity activity;
};

// By the beginning of the library's name.
constexpr LibraryActivity kLibraries[] = {
    {"lithe_preload", Activity::monitoring},
    {"libdnnl", Activity::products},
    {"libmkldnn", Activity::products},
    {"libmkl_", Activity::products},
    {"libgomp", Activity::waiting},
    {"libomp.", Activity::waiting},
    {"libomp5", Activity::waiting},
    {"libomp-", Activity::waiting},
    {"libiomp5", Activity::waiting},
    {"libm.so", Activity::loops},
    {"libm-", Activity::loops},
    {"libmvec", Activity::loops},
    {"libsvml", Activity::loops},
    {"_multiarray_umath", Activity::loops},
    {"multiarray.", Activity::loops},
    {"umath.", Activity::loops},
    {"_ufuncs", Activity::loops},
    {"libtorch_cpu", Activity::loops},  // its exported functions are classified below
    {"libtorch", Activity::framework},
    {"libc10", Activity::framework},
    {"libtensorflow", Activity::framework},
    {"libpython", Activity::interpreter},
    {"libjulia", Activity::interpreter},
    {"libnode", Activity::interpreter},
    {"libR.so", Activity::interpreter},
    {"libruby", Activity::interpreter},
    {"libperl", Activity::interpreter},
    {"liblua", Activity::interpreter},
    {"libjvm", Activity::interpreter},
    {"libtcmalloc", Activity::allocation},
    {"libjemalloc", Activity::allocation},
    {"libmimalloc", Activity::allocation},
};

// By the name of a program: "python3.11", "node". Digits and points may follow.
constexpr std::string_view kInterpreters[] = {"python", "pypy", "node", "nodejs", "julia", "ruby",
                                              "perl",   "lua",  "bash", "dash",   "java",  "R"};

// By what the function's name holds. The first that fits counts.
struct Part {
  std::string_view holds;
  Activity activity;
};

constexpr Part kAnywhere[] = {
    {"thread_server", Activity::waiting},
    {"__kmp_wait", Activity::waiting},
    {"kmp_flag", Activity::waiting},
    {"do_spin", Activity::waiting},
    {"gebp_kernel", Activity::products},
    {"general_matrix_matrix_product", Activity::products},
    {"general_matrix_vector_product", Activity::products},
    {"mkl_blas", Activity::products},
    {"mkl_sparse", Activity::products},
    {"dnnl", Activity::products},
    {"mkldnn", Activity::products},
    {"fbgemm", Activity::products},
    {"gemm", Activity::products},
    {"gemv", Activity::products},
    {"oneDNN", Activity::products},
};

// Functions that PyTorch exports lead to a kernel. The kernels themselves have no name, or lie in
// at::native::DEFAULT, AVX2 and AVX512, or are private to their file.
constexpr Part kInTorch[] = {
    {"2at6native12_GLOBAL__N_1", Activity::loops},
    {"2at6native7DEFAULT", Activity::loops},
    {"2at6native4AVX2", Activity::loops},
    {"2at6native6AVX512", Activity::loops},
    {"vectorized", Activity::loops},
    {"cpublas", Activity::products},
    {"cpu_", Activity::loops},
    {"_kernel", Activity::loops},
    {"", Activity::framework},
};

constexpr std::string_view kHeap[] = {
    "malloc",         "free",          "calloc",         "realloc",           "memalign",
    "posix_memalign", "aligned_alloc", "valloc",         "pvalloc",           "cfree",
    "malloc_trim",    "mallopt",       "mallinfo",       "mallinfo2",         "malloc_stats",
    "malloc_info",    "sysmalloc",     "systrim",        "_int_malloc",       "_int_free",
    "_int_realloc",   "_int_memalign", "ptmalloc_init",  "unlink_chunk",      "malloc_consolidate",
    "arena_get2",     "tcache_init",   "new_heap",       "grow_heap",         "munmap_chunk",
    "mremap_chunk",   "alloc_perturb", "sysmalloc_mmap", "__default_morecore"};
// System calls that map and unmap memory.
constexpr std::string_view kMemoryCalls[] = {"mmap", "mmap64", "munmap", "mremap",
                                             "brk",  "sbrk",   "madvise"};
constexpr std::string_view kCopies[] = {"memcpy",  "memmove", "memset",   "mempcpy", "memcmp",
                                        "wmemset", "bcopy",   "memmove_", "memset_"};

std::string_view bare(std::string_view name) {
  // "__libc_malloc", "__GI___libc_malloc" and "malloc" are the same.
  for (const std::string_view prefix : {"__GI_", "__libc_", "___", "__"})
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return name;
}

template <std::size_t N>
bool among(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// For functions of the C library. "__memmove_avx512_unaligned_erms" is one of several variants.
std::optional<Activity> in_c_library(std::string_view name) {
  const std::string_view known = bare(name);
  if (known == "malloc_usable_size")
    return Activity::monitoring;  // Lithe's library calls it; other programs rarely do
  if (name == "__default_morecore" || among(kHeap, known)) return Activity::allocation;
  if (among(kMemoryCalls, known)) return Activity::allocation;
  if (known == "sched_yield") return Activity::waiting;
  if (known == "tls_get_addr") return Activity::framework;  // of libraries of C++, mostly
  for (const std::string_view copy : kCopies)
    if (known == copy || (known.starts_with(copy) && known.substr(copy.size()).starts_with('_')))
      return Activity::copies;
  return {};
}

template <std::size_t N>
std::optional<Activity> by_parts(const Part (&parts)[N], std::string_view name) {
  if (name.empty()) return {};
  for (const Part& part : parts)
    if (name.find(part.holds) != name.npos) return part.activity;
  return {};
}

// Accepts versions too: "python3.11", "node18".
bool interpreter_name(std::string_view name) {
  for (const std::string_view known : kInterpreters) {
    if (!name.starts_with(known)) continue;
    const std::string_view rest = name.substr(known.size());
    if (rest.find_first_not_of("0123456789.-dmt") == rest.npos) return true;
  }
  return false;
}

Activity by_library(std::string_view name) {
  if (is_blas(name)) return Activity::products;
  for (const LibraryActivity& library : kLibraries)
    if (name.starts_with(library.begins)) return library.activity;
  return interpreter_name(name) ? Activity::interpreter : Activity::other;
}

bool c_library(std::string_view file) {
  return file.starts_with("libc.so") || file.starts_with("libc-") || file.starts_with("ld-") ||
         file.starts_with("ld.so") || file.starts_with("ld64") || file.starts_with("libpthread");
}

// NumPy's loops are named after the type of their numbers and how these lie in memory. What else
// has a name there leads to a loop.
constexpr std::string_view kInNumPyLoops[] = {
    "BOOL_",    "BYTE_",     "SHORT_",   "INT_",     "LONG_",    "LONGLONG_", "HALF_",
    "FLOAT_",   "DOUBLE_",   "CFLOAT_",  "CDOUBLE_", "simd_",    "_aligned_", "_contig",
    "_strided", "pairwise",  "sort",     "argmax",   "argmin",   "_sum_of_",  "npy_exp",
    "npy_log",  "npy_pow",   "npy_tanh", "_AVX",     "AVX512",   "_X86_V",    "noblas",
    "copyswap", "transfer_", "fill",     "take",     "mapiter_", "cumsum",    "random_"};

std::optional<Activity> in_numpy(std::string_view name) {
  if (name.find("setitem") != name.npos || name.find("getitem") != name.npos)
    return Activity::framework;  // of one number
  for (const std::string_view part : kInNumPyLoops)
    if (name.find(part) != name.npos) return Activity::loops;
  return Activity::framework;
}

std::optional<Activity> by_name(std::string_view file, std::string_view name) {
  if (name.empty()) return {};
  if (c_library(file)) return in_c_library(name);
  if (const auto known = by_parts(kAnywhere, name)) return known;
  if (file.starts_with("_multiarray_umath")) return in_numpy(name);
  if (file.starts_with("libtorch_cpu")) return by_parts(kInTorch, name);
  return {};
}

// A function without a name gets the activity of its named neighbours if they agree, because the
// three usually come from one source file.
std::optional<Activity> by_neighbours(std::string_view file, const ElfImage::Function& function) {
  const auto before = by_name(file, function.before), after = by_name(file, function.after);
  return before && after && *before == *after && *before != Activity::framework
             ? before
             : std::optional<Activity>();
}

Activity in_user(const Spot& spot, bool made_by_onednn) {
  const std::string_view file = file_name(spot.file);
  if (file.empty()) return made_by_onednn ? Activity::products : Activity::other;
  if (file.starts_with('[')) return Activity::kernel;  // [vdso]: the system's own
  if (spot.in_spin_loop) return Activity::waiting;
  if (const auto known = by_name(file, spot.function.name)) return *known;
  if (spot.function.name.empty())
    if (const auto known = by_neighbours(file, spot.function)) return *known;
  return by_library(file);
}

}  // namespace

std::string_view file_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

std::string_view openmp_kind(std::string_view name) {
  for (const std::string_view kind : {"libgomp", "libomp", "libiomp5"}) {
    if (!name.starts_with(kind)) continue;
    // Wheels of PyPI have a digest in the name: "libgomp-a34b3233.so.1".
    const std::string_view rest = name.substr(kind.size());
    if (rest.find(".so") == rest.npos) continue;
    if (rest.starts_with(".so") || rest.starts_with('-') || rest.starts_with("5.so")) return kind;
  }
  return {};
}

bool is_openmp(std::string_view name) { return !openmp_kind(name).empty(); }
bool is_blas(std::string_view name) { return !blas::blas_kind(name).empty(); }

Activity activity_at(const Spot& spot, bool made_by_onednn) {
  if (!spot.in_kernel) return in_user(spot, made_by_onednn);
  if (!spot.after_system_call) return Activity::page_faults;
  const std::string_view file = file_name(spot.file);
  if (is_openmp(file)) return Activity::waiting;
  // The loader maps files, which is no allocation.
  const bool known_calls = c_library(file) && !file.starts_with("ld");
  const auto known = known_calls ? in_c_library(spot.function.name) : std::nullopt;
  return known == Activity::allocation || known == Activity::waiting ? *known : Activity::kernel;
}

}  // namespace lithe::program
