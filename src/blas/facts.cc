#include "blas/facts.h"

#include <dlfcn.h>

#include <array>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace lithe::blas {

namespace {

// The names of OpenBLAS's functions depend on the build: Fedora's and NumPy's differ.
constexpr std::array<std::pair<const char*, const char*>, 5> kOpenBlasNames = {
    {{"", ""}, {"", "64_"}, {"scipy_", ""}, {"scipy_", "64_"}, {"", "_64"}}};

void* openblas_function(void* library, const std::string& name) {
  for (const auto& [before, after] : kOpenBlasNames)
    if (void* found = function(library, before + name + after)) return found;
  return nullptr;
}

std::string ask_text(void* address) {
  if (address == nullptr) return {};
  const char* answer = reinterpret_cast<const char* (*)()>(address)();
  return answer == nullptr ? "" : answer;
}

// BLIS has its own integer type, of 64 bits on these processors.
std::int64_t ask_wide(void* address) {
  return address == nullptr ? 0 : reinterpret_cast<std::int64_t (*)()>(address)();
}

int ask_number(void* address) {
  return address == nullptr ? 0 : reinterpret_cast<int (*)()>(address)();
}

bool ask_openblas(void* library, BlasFacts& facts) {
  void* config = openblas_function(library, "openblas_get_config");
  if (config == nullptr) return false;
  facts.kind = "OpenBLAS";
  facts.version = base::trim(ask_text(config));
  facts.core = ask_text(openblas_function(library, "openblas_get_corename"));
  facts.threads = ask_number(openblas_function(library, "openblas_get_num_threads"));
  return true;
}

// The code paths that MKL names by number (mkl_types.h, "conditional numerical reproducibility").
std::string_view mkl_path(int number) {
  constexpr std::string_view kNames[] = {"SSE2", "SSE3", "SSSE3",         "SSE4.1", "SSE4.2",
                                         "AVX",  "AVX2", "AVX-512 (MIC)", "AVX-512"};
  constexpr int kFirst = 4;
  const int index = number - kFirst;
  return index >= 0 && index < static_cast<int>(std::size(kNames)) ? kNames[index] : "";
}

bool ask_mkl(void* library, BlasFacts& facts) {
  void* version = function(library, "MKL_Get_Version_String");
  if (version == nullptr) return false;
  facts.kind = "MKL";
  std::array<char, 200> text{};
  reinterpret_cast<void (*)(char*, int)>(version)(text.data(), static_cast<int>(text.size()) - 1);
  facts.version = base::trim(text.data());
  facts.core = mkl_path(ask_number(function(library, "MKL_CBWR_Get_Auto_Branch")));
  facts.threads = ask_number(function(library, "MKL_Get_Max_Threads"));
  return true;
}

bool ask_blis(void* library, BlasFacts& facts) {
  void* version = function(library, "bli_info_get_version_str");
  if (version == nullptr) return false;
  facts.kind = "BLIS";
  facts.version = "BLIS " + ask_text(version);
  void* id = function(library, "bli_arch_query_id");
  void* name = function(library, "bli_arch_string");
  if (id != nullptr && name != nullptr)
    facts.core = reinterpret_cast<const char* (*)(int)>(name)(ask_number(id));
  // -1 where nothing has set it, which means one.
  const std::int64_t threads = ask_wide(function(library, "bli_thread_get_num_threads"));
  facts.threads = threads > 0 ? static_cast<int>(threads) : 1;
  return true;
}

// The reference implementation reports nothing. It has only the standard functions, to which others
// add.
std::string silent_kind(void* library, const std::string& kind) {
  const auto has = [library](const char* name) { return function(library, name) != nullptr; };
  if (has("ATL_buildinfo") || has("ATL_sgemm")) return "ATLAS";
  if (has("flexiblas_get_num_threads")) return "FlexiBLAS";
  const bool added = has("dgemmt_") || has("saxpby_") || has("cgemm3m_") || has("sgemm_batch_");
  return kind == "BLAS" && has("xerbla_array_") && !added ? "reference" : kind;
}

template <typename Count>
bool set(void* address, int count) {
  if (address == nullptr) return false;
  reinterpret_cast<void (*)(Count)>(address)(static_cast<Count>(count));
  return true;
}

}  // namespace

void* function(void* library, const std::string& name) { return ::dlsym(library, name.c_str()); }

void ask_facts(void* library, const std::string& kind, BlasFacts& facts) {
  if (ask_mkl(library, facts) || ask_openblas(library, facts) || ask_blis(library, facts)) return;
  facts.kind = silent_kind(library, kind);
  if (facts.kind == "FlexiBLAS")
    facts.threads = ask_number(function(library, "flexiblas_get_num_threads"));
}

bool set_threads(void* library, int count) {
  const bool taken = set<int>(openblas_function(library, "openblas_set_num_threads"), count) ||
                     set<int>(function(library, "MKL_Set_Num_Threads"), count) ||
                     set<std::int64_t>(function(library, "bli_thread_set_num_threads"), count) ||
                     set<int>(function(library, "flexiblas_set_num_threads"), count) ||
                     set<int>(function(library, "nvpl_blas_set_num_threads"), count);
  return taken || count == 1;
}

}  // namespace lithe::blas
