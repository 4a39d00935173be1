#include "program/python_reader.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "program/activity.h"
#include "program/elf_image.h"
#include "program/python_lines.h"

namespace lithe::program {

namespace {

// Limits to what is followed in a memory that may hold anything.
constexpr int kMostInterpreters = 8, kMostPythonThreads = 256, kMostFrames = 200;
constexpr std::size_t kFrame = 112;  // bytes that hold all fields of a frame
constexpr int kMostFramesInAll = 20'000;
constexpr std::size_t kMostCodes = 1 << 16;
constexpr std::uint64_t kMostText = 4096, kMostTable = 1 << 18, kMostBytesOfCode = 256 << 20;

// 11 of ".../bin/python3.11", or 0.
int minor_in(std::string_view file) {
  const std::size_t at = file.find("python3.");
  if (at == file.npos) return 0;
  int minor = 0;
  for (const char c : file.substr(at + std::strlen("python3."))) {
    if (c < '0' || c > '9' || minor > 99) break;
    minor = 10 * minor + (c - '0');
  }
  return minor;
}

// From this version on there are frames that are not Python's between those that are.
constexpr int kShims = 12;

// Bytes of a structure, and its fields of a word.
template <std::size_t N>
struct Bytes {
  std::array<std::byte, N> all;
  std::uint64_t word(std::size_t offset) const {
    std::uint64_t value = 0;
    if (offset + sizeof(value) <= N) std::memcpy(&value, &all[offset], sizeof(value));
    return value;
  }
};

// Characters that are stored in `width` bytes each.
std::string utf8(std::string_view stored, unsigned width) {
  std::string text;
  for (std::size_t i = 0; i + width <= stored.size(); i += width) {
    std::uint32_t c = 0;
    std::memcpy(&c, &stored[i], width);
    if (c < 0x80) {
      text += static_cast<char>(c);
    } else if (c < 0x800) {
      text += static_cast<char>(0xc0 | c >> 6);
      text += static_cast<char>(0x80 | (c & 0x3f));
    } else {
      if (c >= 0x10000) {
        text += static_cast<char>(0xf0 | (c >> 18 & 7));
        text += static_cast<char>(0x80 | (c >> 12 & 0x3f));
      } else {
        text += static_cast<char>(0xe0 | c >> 12);
      }
      text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      text += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
  return text;
}

}  // namespace

bool PythonReader::may_be_python(std::string_view name) {
  return name.starts_with("python3") || name.starts_with("libpython3");
}

std::unique_ptr<PythonReader> PythonReader::open(pid_t process, const Mapping& file) {
  if (!may_be_python(file_name(file.path))) return nullptr;
  const ElfImage image(file.path);
  const std::optional<std::uint64_t> runtime = image.address_of("_PyRuntime"),
                                     code_type = image.address_of("PyCode_Type");
  if (!runtime || !code_type) return nullptr;
  const std::uint64_t base = file.start - image.address_at(file.offset);
  std::uint32_t version = 0;
  if (const auto at = image.address_of("Py_Version"))
    RemoteMemory(process).read(base + *at, version);
  const int minor =
      version >> 24 == 3 ? static_cast<int>(version >> 16 & 0xff) : minor_in(file_name(file.path));
  return at(process, base + *runtime, base + *code_type, minor);
}

std::unique_ptr<PythonReader> PythonReader::at(pid_t process, std::uint64_t runtime,
                                               std::uint64_t code_type, int minor) {
  std::unique_ptr<PythonReader> reader(new PythonReader(process));
  reader->runtime_ = runtime;
  reader->code_type_ = code_type;
  reader->minor_ = minor;
  return reader->find_layout() ? std::move(reader) : nullptr;
}

bool PythonReader::find_layout() {
  constexpr int kDescribesItself = 13;
  std::optional<PythonLayout> layout;
  if (minor_ < kDescribesItself) {
    layout = python_layout(minor_);
  } else {
    PythonDescription words{};
    if (memory_.read(runtime_, words)) layout = python_layout(words, minor_);
  }
  if (layout) layout_ = *layout;
  return layout.has_value();
}

std::uint64_t PythonReader::word(std::uint64_t address) const {
  std::uint64_t value = 0;
  return memory_.read(address, value) ? value : 0;
}

std::vector<PythonThread> PythonReader::read() {
  ++reading_;
  std::vector<PythonThread> threads;
  frames_left_ = kMostFramesInAll;
  std::uint64_t interpreter = word(runtime_ + layout_.runtime_interpreters);
  for (int i = 0; interpreter != 0 && i < kMostInterpreters; ++i) {
    read_interpreter(interpreter, threads);
    interpreter = word(interpreter + layout_.interpreter_next);
  }
  return threads;
}

void PythonReader::read_interpreter(std::uint64_t at, std::vector<PythonThread>& threads) {
  std::int32_t collecting = 0, locked = 0;
  memory_.read(at + layout_.interpreter_collecting, collecting);
  const std::uint64_t lock = layout_.interpreter_gil == PythonLayout::kNone
                                 ? runtime_ + layout_.runtime_gil
                                 : word(at + layout_.interpreter_gil);
  memory_.read(lock + layout_.gil_locked, locked);
  const std::uint64_t holder = locked != 0 ? word(lock + layout_.gil_holder) : 0;
  std::uint64_t next = word(at + layout_.interpreter_threads);
  for (int i = 0; next != 0 && i < kMostPythonThreads; ++i) {
    PythonThread thread;
    thread.thread = thread_id(next);
    thread.holds_lock = next == holder;
    thread.collecting = thread.holds_lock && collecting == 1;
    if (thread.thread > 0 && read_frames(word(next + layout_.thread_frame), thread))
      threads.push_back(std::move(thread));
    next = word(next + layout_.thread_next);
  }
}

// Before 3.11 a thread has only the address of its pthread. glibc keeps the number of the thread
// there; it is right if this process has such a thread.
pid_t PythonReader::thread_id(std::uint64_t at) const {
  if (layout_.thread_native != PythonLayout::kNone)
    return static_cast<pid_t>(word(at + layout_.thread_native));
#if defined(__x86_64__)
  constexpr std::uint64_t kNumber = 0x2d0;
#else
  constexpr std::uint64_t kNumber = 0xd0;
#endif
  std::int32_t number = 0;
  memory_.read(word(at + layout_.thread_pthread) + kNumber, number);
  const std::string task = fmt::format("/proc/{}/task/{}", process_, number);
  return number > 0 && ::access(task.c_str(), F_OK) == 0 ? number : 0;
}

// The stack may change while it is read: a frame is taken if it has a code object, and what CPython
// puts between the frames of Python (3.12 and later) has none or one without lines.
bool PythonReader::read_frames(std::uint64_t frame, PythonThread& thread) {
  if (layout_.c_frame != PythonLayout::kNone) frame = word(frame + layout_.c_frame);
  // From 3.11 on frames lie one behind the other.
  const MemoryWindow window(memory_, frame + sizeof(Bytes<kFrame>));
  for (int i = 0; frame != 0 && i < kMostFrames && frames_left_ > 0; ++i, --frames_left_) {
    Bytes<kFrame> bytes;
    if (!window.read(frame, bytes.all)) return false;
    constexpr std::uint64_t kTags = 7;  // from 3.14 on, in the lowest bits of a reference
    const std::uint64_t at = bytes.word(layout_.frame_code) & ~kTags;
    if (auto code = code_at(at)) {
      const int line = line_of(*code, at, bytes.word(layout_.frame_instruction));
      thread.frames.push_back({std::move(code), line});
    } else if (minor_ < kShims) {
      return false;
    }
    frame = bytes.word(layout_.frame_previous);
  }
  return !thread.frames.empty();
}

// A code object may make place for another one, which takes longer than a few looks.
std::shared_ptr<const PythonCode> PythonReader::code_at(std::uint64_t address) {
  if (address == 0) return nullptr;
  constexpr unsigned kLooks = 16;
  const auto seen = codes_.find(address);
  if (seen != codes_.end() && reading_ - seen->second.reading < kLooks) return seen->second.code;
  Bytes<216> bytes;
  if (!memory_.read(address, bytes.all)) return nullptr;
  constexpr std::size_t kType = 8;
  if (bytes.word(kType) != code_type_) return nullptr;
  const std::uint64_t file = bytes.word(layout_.code_file), name = bytes.word(layout_.code_name),
                      lines = bytes.word(layout_.code_lines);
  if (codes_.size() > kMostCodes) codes_.clear();
  Known& known = codes_[address];
  known.reading = reading_;
  if (known.file == file && known.name == name && known.lines == lines) return known.code;
  if (text_bytes_ > kMostBytesOfCode) return nullptr;
  auto code = std::make_shared<PythonCode>();
  code->minor = minor_;
  code->file = text_at(file);
  code->name = text_at(name);
  code->lines = bytes_at(lines);
  code->first_line = static_cast<std::int32_t>(bytes.word(layout_.code_first_line));
  text_bytes_ += code->file.size() + code->name.size() + code->lines.size();
  const bool shim = code->name == "<interpreter trampoline>" || code->file.empty();
  known = {file, name, lines, reading_, shim ? nullptr : std::move(code)};
  return known.code;
}

int PythonReader::line_of(const PythonCode& code, std::uint64_t at,
                          std::uint64_t instruction) const {
  constexpr std::uint64_t kBytes = 2;  // of an instruction
  std::uint64_t index = instruction;
  if (layout_.code_instructions == PythonLayout::kNone)
    index &= 0xffffffff;  // an int
  else
    index = (instruction - at - layout_.code_instructions) / kBytes;
  constexpr std::uint64_t kMostInstructions = 1 << 24;
  if (index > kMostInstructions) index = 0;  // before the first one
  return python_line(minor_, code.lines, code.first_line, index);
}

std::string PythonReader::bytes_at(std::uint64_t address) const {
  constexpr std::uint64_t kSize = 16, kData = 32;
  return memory_.bytes(address + kData, word(address + kSize), kMostTable);
}

// A str: its length, a byte that says how it is stored, and its characters of 1, 2 or 4 bytes.
std::string PythonReader::text_at(std::uint64_t address) const {
  constexpr std::uint64_t kLength = 16, kState = 32;
  std::uint8_t state = 0;
  if (!memory_.read(address + kState, state)) return {};
  const unsigned kind = state >> 2 & 7;
  const bool compact = (state >> 5 & 1) != 0, ascii = (state >> 6 & 1) != 0;
  const std::uint64_t length = word(address + kLength);
  if (!compact || (kind != 1 && kind != 2 && kind != 4) || length > kMostText) return {};
  const std::uint64_t text = address + (ascii ? layout_.ascii_text : layout_.compact_text);
  const std::string stored = memory_.bytes(text, length * kind, kind * kMostText);
  return ascii ? stored : utf8(stored, kind);
}

}  // namespace lithe::program
