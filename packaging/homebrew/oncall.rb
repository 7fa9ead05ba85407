# The formula of a tap; the release workflow puts version and checksums in place of the words in capitals.
class Oncall < Formula
  desc "On-call schedules, escalation and paging from a git repository"
  homepage "https://github.com/example/oncall"
  version "VERSION"
  license any_of: ["Apache-2.0", "MIT"]

  on_macos do
    on_arm do
      url "https://github.com/example/oncall/releases/download/vVERSION/oncall-aarch64-apple-darwin.tar.gz"
      sha256 "SHA256_AARCH64_APPLE_DARWIN"
    end
    on_intel do
      url "https://github.com/example/oncall/releases/download/vVERSION/oncall-x86_64-apple-darwin.tar.gz"
      sha256 "SHA256_X86_64_APPLE_DARWIN"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/example/oncall/releases/download/vVERSION/oncall-aarch64-unknown-linux-musl.tar.gz"
      sha256 "SHA256_AARCH64_UNKNOWN_LINUX_MUSL"
    end
    on_intel do
      url "https://github.com/example/oncall/releases/download/vVERSION/oncall-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "SHA256_X86_64_UNKNOWN_LINUX_GNU"
    end
  end

  def install
    bin.install "oncall"
    generate_completions_from_executable(bin/"oncall", "completions")
    mkdir "man"
    system bin/"oncall", "man", "man"
    man1.install Dir["man/*.1"]
  end

  test do
    system bin/"oncall", "init", "--language", "en", "--time-zone", "Europe/London", testpath/"config"
    system bin/"oncall", "validate", testpath/"config"
  end
end
