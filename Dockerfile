# Build: one static program, no C compiler needed.
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /embraye ./cmd/embraye

# Run: Alpine for its certificates and for the wget of the health check.
FROM alpine:3.22
RUN apk add --no-cache ca-certificates && install -d -m 0700 -o 1000 -g 1000 /data
COPY --from=build /embraye /usr/local/bin/embraye
USER 1000:1000
VOLUME /data
ENV EMBRAYE_DATA_DIR=/data EMBRAYE_LISTEN=0.0.0.0:8080
EXPOSE 8080
# A first start on an empty database makes keys and may wait for PostgreSQL.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD wget -q -O /dev/null http://127.0.0.1:8080/readyz || exit 1
STOPSIGNAL SIGTERM
ENTRYPOINT ["embraye"]
CMD ["serve"]
