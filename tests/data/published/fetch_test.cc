#include "data/published/fetch.h"

#include <fcntl.h>
#include <sys/file.h>

#include <stdexcept>

#include "data/published/http_server.h"
#include "data/sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using Strings = std::vector<std::string>;

constexpr std::size_t kSize = 20'000;
constexpr const char* kSha256OfPattern =
    "86999324511ad84c69f01938832689a50bebda2d4c65061db2e73b4b0857e831";
constexpr const char* kMd5OfPattern = "a6a4186232db0d067e5b36ea78862c9d";

class Fetch : public ::testing::Test {
 protected:
  void SetUp() override {
    const ByteVector packed = gzip(pattern(kSize));
    body_.assign(packed.begin(), packed.end());
    half_ = body_.size() / 2;
  }

  std::filesystem::path folder() const { return root_.path() / "data" / "set"; }
  std::filesystem::path target() const { return folder() / "x.gz"; }
  std::filesystem::path part() const { return folder() / "x.gz.part"; }
  static ByteVector bytes(std::string_view text) { return {text.begin(), text.end()}; }

  void fetch(const std::vector<const HttpServer*>& mirrors) {
    options_.mirrors.clear();
    for (const HttpServer* mirror : mirrors) options_.mirrors.push_back(mirror->address());
    fetch_files(std::span(&file_, 1), folder(), options_);
  }
  void expect_failure(const std::vector<const HttpServer*>& mirrors, const Strings& words) {
    expect_error(ErrorKind::io, words, [&] { fetch(mirrors); });
    EXPECT_FALSE(std::filesystem::exists(target()));
  }
  void expect_fetched() const {
    EXPECT_EQ(read_bytes(target()), bytes(body_));
    EXPECT_FALSE(std::filesystem::exists(part()));
  }

  // Mirrors of several characters.
  HttpServer::Answer honest() {
    return [this](const Exchange& exchange) { exchange.honest(body_); };
  }
  HttpServer::Answer lying() {
    return [this](const Exchange& exchange) { exchange.whole(std::string(body_.size(), 'x')); };
  }
  static HttpServer::Answer missing() {
    return [](const Exchange& exchange) { exchange.head("404 Not Found"); };
  }
  // Breaks off (or stalls) after half of the file, and serves what is asked for from then on.
  HttpServer::Answer breaking(bool stalls = false) {
    return [this, stalls](const Exchange& exchange) {
      if (exchange.start() > 0) return exchange.honest(body_);
      exchange.head("200 OK", fmt::format("Content-Length: {}\r\n", body_.size()));
      exchange.send(std::string_view(body_).substr(0, half_));
      if (stalls) exchange.stall();
    };
  }
  std::string from_half() const { return fmt::format("/x.gz from {}", half_); }

  TemporaryFolder root_;
  std::string body_;
  std::size_t half_ = 0;
  RemoteFile file_{.name = "x.gz",
                   .sha256_of_content = kSha256OfPattern,
                   .md5_of_file = "",
                   .max_bytes = 30'000};
  FetchOptions options_{.mirrors = {},
                        .progress = {},
                        .connect_limit = std::chrono::seconds(2),
                        .stall_limit = std::chrono::seconds(1)};
};

TEST_F(Fetch, TakesTheFileAndTellsTheProgress) {
  const HttpServer mirror(honest());
  FetchProgress last;
  options_.progress = [&](const FetchProgress& progress) {
    EXPECT_GE(progress.done, last.done);
    last = progress;
    return true;
  };
  fetch({&mirror});
  expect_fetched();
  EXPECT_EQ(last.file, "x.gz");
  EXPECT_EQ(last.done, body_.size());
  EXPECT_EQ(last.total, body_.size());
}

TEST_F(Fetch, LeavesAloneWhatIsThereAndRight) {
  const HttpServer mirror(honest());
  fetch({&mirror});
  fetch({&mirror});
  EXPECT_EQ(mirror.requests().size(), 1u);
  std::filesystem::remove(target());
  write_bytes(folder() / "x", pattern(kSize));  // unpacked by the user
  fetch({&mirror});
  EXPECT_EQ(mirror.requests().size(), 1u);
}

TEST_F(Fetch, ReplacesWhatIsThereAndWrong) {
  const HttpServer mirror(honest());
  write_bytes(folder() / "x", pattern(kSize));
  for (const ByteVector& wrong : {ByteVector{}, pattern(100), pattern(40'000)}) {
    write_bytes(target(), wrong);
    fetch({&mirror});
    expect_fetched();
  }
  EXPECT_EQ(mirror.requests().size(), 3u);
}

TEST_F(Fetch, ChecksTheDigestOfTheFileItself) {
  file_ = {
      .name = "x.gz", .sha256_of_content = "", .md5_of_file = kMd5OfPattern, .max_bytes = kSize};
  const HttpServer liar(lying());
  expect_failure({&liar}, {"wrong MD5"});
  const ByteVector content = pattern(kSize);
  body_.assign(content.begin(), content.end());
  const HttpServer mirror(honest());
  fetch({&mirror});
  expect_fetched();
}

TEST_F(Fetch, GoesToTheNextMirrorAfterWrongBytesOrNone) {
  const HttpServer liar(lying()), empty(missing()), mirror(honest());
  fetch({&liar, &empty, &mirror});
  expect_fetched();
  EXPECT_EQ(mirror.requests(), Strings{"/x.gz"});
}

TEST_F(Fetch, StartsWithTheMirrorThatWorked) {
  const HttpServer empty(missing()), mirror(honest());
  RemoteFile second = file_;
  second.name = "y.gz";
  const std::vector files = {file_, second};
  options_.mirrors = {empty.address(), mirror.address()};
  fetch_files(files, folder(), options_);
  EXPECT_EQ(empty.requests(), Strings{"/x.gz"});
  EXPECT_EQ(mirror.requests(), (Strings{"/x.gz", "/y.gz"}));
}

TEST_F(Fetch, AnErrorListsWhatEachMirrorSaid) {
  const HttpServer liar(lying()), empty(missing()), cut([this](const Exchange& exchange) {
    exchange.head("200 OK");  // no length: the end of the connection is the end of the file
    exchange.send(std::string_view(body_).substr(0, half_));
  });
  expect_failure({&liar, &empty, &cut},
                 {"x.gz", liar.address() + ": its content has the wrong SHA-256",
                  empty.address() + ": ", "404", cut.address() + ": the gzip file is cut short"});
  EXPECT_FALSE(std::filesystem::exists(part()));
}

TEST_F(Fetch, ContinuesATransferThatBrokeOff) {
  const HttpServer mirror(breaking());
  fetch({&mirror});
  expect_fetched();
  EXPECT_EQ(mirror.requests(), (Strings{"/x.gz", from_half()}));
}

TEST_F(Fetch, ContinuesATransferThatStalled) {
  const HttpServer mirror(breaking(true));
  fetch({&mirror});
  expect_fetched();
  EXPECT_EQ(mirror.requests(), (Strings{"/x.gz", from_half()}));
}

TEST_F(Fetch, ContinuesAtTheNextMirrorAndInTheNextRun) {
  const HttpServer broken([this](const Exchange& exchange) {
    if (exchange.start() > 0) return;  // hangs up
    exchange.head("200 OK", fmt::format("Content-Length: {}\r\n", body_.size()));
    exchange.send(std::string_view(body_).substr(0, half_));
  });
  expect_failure({&broken}, {broken.address()});
  EXPECT_EQ(read_bytes(part()), bytes(body_.substr(0, half_)));
  const HttpServer empty(missing()), mirror(honest());
  fetch({&empty, &mirror});
  expect_fetched();
  EXPECT_EQ(mirror.requests(), Strings{from_half()});
}

TEST_F(Fetch, GivesUpAServerThatNeverAnswers) {
  const HttpServer silent([](const Exchange& exchange) { exchange.stall(); }), mirror(honest());
  fetch({&silent, &mirror});
  expect_fetched();
  EXPECT_EQ(silent.requests().size(), 1u);
}

TEST_F(Fetch, TakesTheWholeFileFromAServerThatKnowsNoRanges) {
  const HttpServer mirror([this](const Exchange& exchange) { exchange.whole(body_); });
  write_bytes(part(), bytes(body_.substr(0, half_)));
  fetch({&mirror});
  expect_fetched();
  EXPECT_EQ(mirror.requests(), Strings{from_half()});
}

TEST_F(Fetch, StartsAnewWhereTheServerAnswersAnotherRange) {
  const HttpServer mirror([this](const Exchange& exchange) {
    if (exchange.start() == 0) return exchange.honest(body_);
    exchange.head("206 Partial Content", "Content-Range: bytes 0-9/10\r\nContent-Length: 10\r\n");
    exchange.send("0123456789");
  });
  write_bytes(part(), bytes(body_.substr(0, half_)));
  fetch({&mirror});
  expect_fetched();
  EXPECT_EQ(mirror.requests(), (Strings{from_half(), "/x.gz"}));
}

TEST_F(Fetch, StartsAnewWhereAnEarlierRunLeftNonsense) {
  const HttpServer mirror(honest());
  // Too short, so that the rest comes on top of it; too long for a range; too long altogether.
  for (const std::size_t size : {half_, body_.size() + 9, std::size_t{50'000}}) {
    write_bytes(part(), ByteVector(size, 'x'));
    fetch({&mirror});
    expect_fetched();
    std::filesystem::remove(target());
  }
  EXPECT_EQ(mirror.requests()[0], from_half());
}

TEST_F(Fetch, FinishesWhatAnEarlierRunHadWhole) {
  const HttpServer mirror(honest());
  write_bytes(part(), bytes(body_));
  fetch({&mirror});
  expect_fetched();
  EXPECT_TRUE(mirror.requests().empty());
}

TEST_F(Fetch, CutsOffAnEndlessAnswer) {
  const HttpServer endless([](const Exchange& exchange) {
    exchange.head("200 OK");
    while (exchange.send(std::string(4096, 'x'))) {
    }
  });
  expect_failure({&endless}, {"more than the 30000 bytes"});
  EXPECT_FALSE(std::filesystem::exists(part()));
}

TEST_F(Fetch, FollowsRedirectsButNotOutOfTheWeb) {
  const HttpServer mirror(honest());
  const HttpServer moved([&](const Exchange& exchange) {
    exchange.head("302 Found", fmt::format("Location: {}moved\r\n", mirror.address()));
  });
  fetch({&moved});
  expect_fetched();
  EXPECT_EQ(mirror.requests(), Strings{"/moved"});
  std::filesystem::remove(target());
  const HttpServer inward([](const Exchange& exchange) {
    exchange.head("302 Found", "Location: file:///etc/hostname\r\n");
  });
  expect_failure({&inward}, {"file"});
}

TEST_F(Fetch, RefusesAMirrorOutsideTheWebAndOneThatIsNotThere) {
  std::string gone;
  {
    const HttpServer brief(missing());
    gone = brief.address();
  }
  options_.mirrors = {"file:///etc/", gone};
  expect_error(ErrorKind::io, {"file:///etc/", gone},
               [&] { fetch_files(std::span(&file_, 1), folder(), options_); });
}

TEST_F(Fetch, StopsWhenAskedAndContinuesLater) {
  const HttpServer mirror(breaking(true));
  options_.progress = [&](const FetchProgress& progress) { return progress.done < half_; };
  expect_failure({&mirror}, {"x.gz", "stopped"});
  options_.progress = [](const FetchProgress&) -> bool { throw std::out_of_range("mine"); };
  EXPECT_THROW(fetch({&mirror}), std::out_of_range);
  options_.progress = {};
  fetch({&mirror});
  expect_fetched();
  EXPECT_EQ(mirror.requests().back(), from_half());
}

TEST_F(Fetch, SaysWhereItCannotWrite) {
  const HttpServer mirror(honest());
  write_bytes(root_.path() / "data", {1});  // a file where the folder should be
  expect_failure({&mirror}, {"cannot make the folder", folder().string(), "--data-dir"});
  std::filesystem::remove(root_.path() / "data");
  std::filesystem::create_directories(part());
  expect_failure({&mirror}, {"cannot write", part().string(), "--data-dir"});
  EXPECT_TRUE(mirror.requests().empty());
}

TEST_F(Fetch, SaysThatAFolderIsReadOnly) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere: run the tests as another user";
  const HttpServer mirror(honest());
  std::filesystem::create_directories(folder());
  std::filesystem::permissions(
      folder(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  expect_failure({&mirror}, {"cannot write", "Permission denied", "--data-dir"});
  std::filesystem::permissions(folder(), std::filesystem::perms::owner_all);
}

TEST_F(Fetch, OneProcessAtATime) {
  const HttpServer mirror(honest());
  write_bytes(part(), {1});
  const int other = ::open(part().c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  expect_failure({&mirror}, {"another process", part().string()});
  ::close(other);
  fetch({&mirror});
  expect_fetched();
}

TEST_F(Fetch, DataSetsByName) {
  const HttpServer empty(missing());
  options_.mirrors = {empty.address() + "deep"};  // the slash may be left out
  expect_error(ErrorKind::io, {"train-images-idx3-ubyte.gz", empty.address(), "404"},
               [&] { fetch_dataset("fashion-mnist", root_.path(), options_); });
  EXPECT_EQ(empty.requests(), Strings{"/deep/train-images-idx3-ubyte.gz"});
  EXPECT_TRUE(std::filesystem::is_directory(root_.path() / "fashion_mnist"));
  const auto missing = missing_files("fashion-mnist", root_.path(), options_.mirrors);
  ASSERT_EQ(missing.size(), 4);
  EXPECT_EQ(missing[0].path, root_.path() / "fashion_mnist" / "train-images-idx3-ubyte.gz");
  EXPECT_EQ(missing[0].addresses, Strings{empty.address() + "deep/train-images-idx3-ubyte.gz"});
  EXPECT_GT(missing[0].max_bytes, 1'000'000);
  expect_error(ErrorKind::usage, {"generated"}, [&] { fetch_dataset("digits", root_.path()); });
  expect_error(ErrorKind::usage, {"'mnist'"}, [&] { fetch_dataset("mnits", root_.path()); });
  expect_error(ErrorKind::usage, {"no data set"}, [&] { fetch_dataset("/etc", root_.path()); });
}

TEST(FetchMnist, FindsNothingToDoWhereItIs) {
  if (std::getenv("LITHE_DATA") == nullptr)
    GTEST_SKIP() << "needs MNIST: run `lithe data fetch mnist`, set LITHE_DATA to its data folder";
  const HttpServer empty([](const Exchange& exchange) { exchange.head("404 Not Found"); });
  FetchOptions options;
  options.mirrors = {empty.address()};
  fetch_dataset("mnist", data_folder(""), options);
  EXPECT_TRUE(empty.requests().empty());
}

}  // namespace
}  // namespace lithe::data
