#include "program/native_stack.h"

#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

namespace lithe::program {

namespace {

constexpr std::size_t kMostMappings = 512;
constexpr std::size_t kMostCallers = 64;
constexpr pid_t kThread = 1;  // a name for the only thread that libdwfl is told of

// A file for libdwfl, which takes it over when it first needs it. It is read and not mapped,
// because reading a mapped file that is being truncated would end this process.
struct ElfInput {
  int descriptor = -1;
  Elf* elf = nullptr;

  ElfInput() = default;
  ElfInput(const ElfInput&) = delete;
  ElfInput& operator=(const ElfInput&) = delete;
  ~ElfInput() {
    if (elf != nullptr) ::elf_end(elf);
    if (descriptor >= 0) ::close(descriptor);
  }

  bool open(const std::string& path) {
    descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status {};
    if (descriptor < 0 || ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
      return false;
    elf = ::elf_begin(descriptor, ELF_C_READ, nullptr);
    return elf != nullptr && ::elf_kind(elf) == ELF_K_ELF;
  }

  // How far the first byte of the image lies below the one at `offset` of the file.
  bool distance(std::uint64_t offset, std::uint64_t& bytes) const {
    std::size_t count = 0;
    if (::elf_getphdrnum(elf, &count) != 0) return false;
    bool first = true;
    std::uint64_t base = 0;
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Phdr header;
      if (::gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr) return false;
      if (header.p_type != PT_LOAD) continue;
      const std::uint64_t page = header.p_align > 1 ? ~(header.p_align - 1) : ~std::uint64_t{0};
      if (std::exchange(first, false)) base = header.p_vaddr & page;
      const std::uint64_t begins = header.p_offset & page;
      // Other segments may share a page of the file with it.
      if ((header.p_flags & PF_X) == 0 || offset < begins ||
          offset >= header.p_offset + header.p_filesz)
        continue;
      bytes = (header.p_vaddr & page) + (offset - begins) - base;
      return true;
    }
    return false;
  }
};

int find_elf(Dwfl_Module*, void** data, const char*, Dwarf_Addr, char**, Elf** elf) {
  auto* input = static_cast<ElfInput*>(*data);
  *elf = std::exchange(input->elf, nullptr);
  return std::exchange(input->descriptor, -1);
}

// Tables in files of debugging symbols are not needed, and looking for them may ask the network.
int find_no_debuginfo(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*,
                      GElf_Word, char**) {
  return -1;
}

pid_t only_thread(Dwfl*, void*, void** thread) {
  if (*thread != nullptr) return 0;
  *thread = thread;
  return kThread;
}

bool find_thread(Dwfl*, pid_t, void* session, void** thread) {
  *thread = session;
  return true;
}

}  // namespace

class NativeStack::Session {
 public:
  explicit Session(const std::map<std::uint64_t, Mapping>& mappings) {
    static const Dwfl_Callbacks callbacks = {find_elf, find_no_debuginfo, nullptr, nullptr};
    dwfl_ = ::dwfl_begin(&callbacks);
    if (dwfl_ == nullptr) return;
    ::dwfl_report_begin(dwfl_);
    for (const auto& [start, mapping] : mappings) report(mapping);
    ::dwfl_report_end(dwfl_, nullptr, nullptr);
    static const Dwfl_Thread_Callbacks threads = {only_thread, find_thread, memory,
                                                  registers,   nullptr,     nullptr};
    // libdwfl learns the kind of machine from a file.
    attached_ = self_.open("/proc/self/exe") &&
                ::dwfl_attach_state(dwfl_, self_.elf, kThread, &threads, this);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (dwfl_ != nullptr) ::dwfl_end(dwfl_);
  }

  std::vector<std::uint64_t> unwind(const UserState& user) {
    user_ = &user;
    frames_.clear();
    if (attached_) ::dwfl_getthread_frames(dwfl_, kThread, take, this);
    user_ = nullptr;
    return std::move(frames_);
  }

 private:
  void report(const Mapping& mapping) {
    auto input = std::make_unique<ElfInput>();
    std::uint64_t before = 0;
    if (!input->open(mapping.path) || !input->distance(mapping.offset, before) ||
        before > mapping.start)
      return;
    Dwfl_Module* module =
        ::dwfl_report_module(dwfl_, mapping.path.c_str(), mapping.start - before, mapping.end);
    void** data = nullptr;
    if (module == nullptr || ::dwfl_module_info(module, &data, nullptr, nullptr, nullptr, nullptr,
                                                nullptr, nullptr) == nullptr)
      return;
    *data = input.get();
    inputs_.push_back(std::move(input));
  }

  static bool memory(Dwfl*, Dwarf_Addr address, Dwarf_Word* word, void* session) {
    const UserState& user = *static_cast<Session*>(session)->user_;
    const std::uint64_t at = address - user.stack;
    if (address < user.stack || user.memory.size() < sizeof(*word) ||
        at > user.memory.size() - sizeof(*word))
      return false;
    std::memcpy(word, user.memory.data() + at, sizeof(*word));
    return true;
  }

  static bool registers(Dwfl_Thread* thread, void* session) {
    const UserState& user = *static_cast<Session*>(session)->user_;
    const auto set = [thread](int number, std::uint64_t value) {
      const Dwarf_Word word = value;
      return ::dwfl_thread_state_registers(thread, number, 1, &word);
    };
    // By the numbers of DWARF.
#if defined(__aarch64__)
    constexpr int kStack = 31;
    constexpr std::array<int, kSavedRegisters> kSaved = {19, 20, 21, 22, 23, 24,
                                                         25, 26, 27, 28, 29, 30};
    ::dwfl_thread_state_register_pc(thread, user.instruction);
#else
    constexpr int kStack = 7, kInstruction = 16;
    constexpr std::array<int, kSavedRegisters> kSaved = {3, 6, 12, 13, 14, 15};
    if (!set(kInstruction, user.instruction)) return false;
#endif
    for (std::size_t i = 0; user.knows_saved && i < kSaved.size(); ++i)
      if (!set(kSaved[i], user.saved[i])) return false;
    return set(kStack, user.stack);
  }

  static int take(Dwfl_Frame* frame, void* session) {
    auto* self = static_cast<Session*>(session);
    Dwarf_Addr address = 0;
    bool innermost = false;
    if (!::dwfl_frame_pc(frame, &address, &innermost)) return DWARF_CB_ABORT;
    if (address == 0) return DWARF_CB_ABORT;
    self->frames_.push_back(innermost ? address : address - 1);
    return self->frames_.size() < kMostCallers ? DWARF_CB_OK : DWARF_CB_ABORT;
  }

  ElfInput self_;
  Dwfl* dwfl_ = nullptr;
  bool attached_ = false;
  const UserState* user_ = nullptr;
  std::vector<std::uint64_t> frames_;
  std::vector<std::unique_ptr<ElfInput>> inputs_;
};

NativeStack::NativeStack() = default;
NativeStack::NativeStack(NativeStack&&) noexcept = default;
NativeStack& NativeStack::operator=(NativeStack&&) noexcept = default;
NativeStack::~NativeStack() = default;

void NativeStack::map(const Mapping& mapping) {
  if (!mapping.path.starts_with('/')) return;
  const auto known = mappings_.find(mapping.start);
  if (known != mappings_.end() && known->second.path == mapping.path &&
      known->second.end == mapping.end)
    return;
  if (mappings_.size() >= kMostMappings) mappings_.clear();
  mappings_[mapping.start] = mapping;
  session_ = nullptr;
}

NativeStack NativeStack::copy() const {
  NativeStack other;
  other.mappings_ = mappings_;
  return other;
}

std::vector<std::uint64_t> NativeStack::unwind(const UserState& user) {
  if (session_ == nullptr) {
    ::elf_version(EV_CURRENT);
    session_ = std::make_unique<Session>(mappings_);
  }
  std::vector<std::uint64_t> frames = session_->unwind(user);
  if (frames.empty()) frames.push_back(user.instruction);
  return frames;
}

}  // namespace lithe::program
